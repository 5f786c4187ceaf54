// Lines of alerts.jsonl.
import type { World } from '../contract/stage.ts';
import { reasonOf } from '../core/text.ts';
import { events, type LoggedEvent } from './files.ts';

export type Event = Pick<LoggedEvent, 'kind' | 'ids' | 'message'> & Partial<LoggedEvent>;

/** A failure to write the log holds back no mail: it is returned as a problem. */
export async function log(world: World<unknown>, runId: string, happened: readonly Event[]): Promise<string[]> {
  try {
    for (const event of happened)
      await world.append(events, { schema_version: 1, time: world.now().toISOString(), run_id: runId, ...event });
    return [];
  } catch (error) {
    return [`events of alerts could not be written to the log: ${reasonOf(error)}`];
  }
}
