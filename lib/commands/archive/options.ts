// Options that the `archive` commands share, and the path of the archive.
import { archive } from '../../archive/files.ts';
import type { Configuration } from '../../config/schema.ts';
import { Usage } from '../../contract/errors.ts';
import type { Places } from '../../contract/file.ts';
import { parseInstant, parseLastInstant } from '../../core/time.ts';
import type { Arguments } from '../../cli/arguments.ts';
import { textOption } from '../../cli/command.ts';
import { openSite } from '../../cli/site.ts';

export const onlyOption = {
  only: { type: 'string', value: 'NAMES', summary: 'only these variables, separated by commas; * matches any text' },
} as const;

interface Found {
  readonly config: Configuration;
  readonly places: Places;
  readonly path: string;
}

export async function archiveInConfig(asked: Arguments): Promise<Found> {
  const { config, places } = await openSite(textOption(asked, 'config'));
  return { config, places, path: archive.path(places, new Date()) };
}

/** `isEnd`: the whole day or minute that the text names is meant, as pandas does it. */
export function instantIn(text: string, what: string, { isEnd = false } = {}): Date {
  const found = isEnd ? parseLastInstant(text) : parseInstant(text);
  if (!found) throw new Usage(`${what} ${JSON.stringify(text)} is not a time, such as 2026-11-20T09:50 (UTC)`);
  return found;
}
