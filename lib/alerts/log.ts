// A line of alerts.jsonl.
import type { World } from '../contract/stage.ts';
import { events, type LoggedEvent } from './files.ts';

export type Event = Pick<LoggedEvent, 'kind' | 'ids' | 'message'> & Partial<LoggedEvent>;

export async function log(world: World<unknown>, event: Event): Promise<void> {
  await world.append(events, { schema_version: 1, time: world.now().toISOString(), run_id: world.runId, ...event });
}
