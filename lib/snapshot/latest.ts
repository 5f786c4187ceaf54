// Reads the file in which another stage or a host tool leaves what it last found.
import { isMissing } from '../contract/errors.ts';
import type { FileSpec, Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { shapeProblem } from '../contract/shape.ts';
import { ageOf } from '../core/age.ts';
import { newerLayout } from '../core/text.ts';
import { type JsonLimits, parseForeignJson } from '../parse/json.ts';

export interface Asked {
  readonly host: Host;
  readonly places: Places | undefined;
  readonly at: Date;
}

interface Latest<Content> {
  readonly file: FileSpec<Content>;
  readonly layoutVersion: number;
  readonly limits: JsonLimits;
  /** Parts of the messages. */
  readonly words: {
    /** `where TOOL leaves what it found` */
    readonly place: string;
    /** `TOOL has found nothing yet` */
    readonly nothing: string;
    /** `TOOL ran` */
    readonly ran: string;
    /** How to run it all the time. */
    readonly toStart: string;
  };
}

/** Throws where there is no such file, or it cannot be used. It may be of long ago. */
export async function readLatest<Content extends { readonly schema_version: number; readonly at: string }>(
  { host, places, at }: Asked,
  { file: { path: pathIn, schema }, layoutVersion, limits, words }: Latest<Content>,
): Promise<Content> {
  if (!places) throw new Error(`${words.place} is not known here`);
  const path = pathIn(places, at);
  const text = await host.readText(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (text === undefined) throw new Error(`${words.nothing}: there is no ${path}; ${words.toStart}`);
  const found = parseForeignJson(text, path, limits);
  const issue = schema?.wrongIn(found);
  if (issue) throw new Error(`${path} is not as expected: ${shapeProblem(issue, found)}`);
  const latest = found as Content;
  const newer = newerLayout(path, latest.schema_version, layoutVersion);
  if (newer !== undefined) throw new Error(newer);
  if (ageOf(latest.at, at).seconds === undefined)
    throw new Error(`${words.ran} in the future (${latest.at} in ${path}): a clock is wrong`);
  return latest;
}
