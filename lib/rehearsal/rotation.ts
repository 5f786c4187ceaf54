// When a credential was last rotated, against its maximum age. Neither the credential nor any text beside it is shown: what
// is read to find the time may hold a secret.
import type { Host } from '../contract/host.ts';
import { untilAborted } from '../core/abort.ts';
import { ageOf } from '../core/age.ts';
import { join } from '../core/path.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { readingReason } from '../core/text.ts';
import { parseInstant } from '../core/time.ts';
import { failureWords } from '../engine/ending.ts';
import { parseForeignJson, valueAtKey } from '../parse/json.ts';
import type { Credential } from './config.ts';
import type { CredentialResult, RotationResult } from './files.ts';
import { type PartTools, variablesOf } from './tools.ts';

export async function checkCredential(
  name: string,
  credential: Credential,
  tools: PartTools,
): Promise<CredentialResult> {
  const { 'max-age': max_age_seconds } = credential;
  try {
    const rotated = await rotatedAt(name, credential, tools);
    const { seconds, aheadSeconds } = ageOf(rotated, tools.now());
    if (seconds === undefined)
      throw new Error(`its rotation lies ${formatDuration(aheadSeconds ?? 0)} in the future: ${rotated.toISOString()}`);
    const isOverdue = seconds > max_age_seconds;
    const late = `was rotated ${formatDuration(seconds)} ago, at most ${formatLimit(max_age_seconds)} is allowed`;
    return {
      name,
      outcome: isOverdue ? 'overdue' : 'rotated',
      rotated_at: rotated.toISOString(),
      age_seconds: Math.round(seconds),
      max_age_seconds,
      ...(isOverdue ? { reason: late } : {}),
    };
  } catch (error) {
    return { name, outcome: 'unknown', max_age_seconds, reason: readingReason(error) };
  }
}

async function rotatedAt(name: string, { file, json, command, env, timeout }: Credential, tools: PartTools) {
  const signal = AbortSignal.timeout(Math.ceil(timeout * 1000));
  const host = tools.openHost('local', signal);
  const inTime = async <Result>(path: string, reading: Promise<Result>): Promise<Result> =>
    untilAborted(signal, reading).catch((error: unknown) => {
      throw signal.aborted ? new Error(`reading ${path} took longer than ${formatLimit(timeout)}`) : error;
    });
  if (file !== undefined) return inTime(file, modifiedAt(host, file));
  if (json) return timeIn(await inTime(json.file, host.readText(json.file)), json);
  const { ending, output } = await tools.runTask({
    ...(await variablesOf(env, tools)),
    argv: command ?? [],
    seconds: timeout,
    log: join(tools.folder, `credential-${name}.log`),
    mostOutput: 1000,
  });
  const failure = failureWords(ending, command?.[0] ?? '', timeout);
  if (failure !== undefined) throw new Error(`its command: ${failure}`);
  const text = output?.text.trim() ?? '';
  return timeOf(text) ?? refuse(`its command printed no time (${text.length} characters)`);
}

/** Follows links: a mounted secret is a link to the credential. */
async function modifiedAt(host: Host, path: string): Promise<Date> {
  const { kind, modified_at } = await host.stat(await host.realpath(path));
  if (kind !== 'file') throw new Error(`${path} is not a file`);
  return new Date(modified_at);
}

function timeIn(text: string, { file, key }: NonNullable<Credential['json']>): Date {
  let content: unknown;
  try {
    content = parseForeignJson(text, file);
  } catch {
    throw new Error(`${file} is not JSON, has a key twice, or is larger than 1 MiB, 10,000 values or 32 levels`);
  }
  const value = valueAtKey(content, key);
  if (value === undefined) throw new Error(`${file} has no key ${key}`);
  const time = typeof value === 'number' || typeof value === 'string' ? `${value}` : '';
  return timeOf(time) ?? refuse(`${key} of ${file} is not a time`);
}

function refuse(reason: string): never {
  throw new Error(reason);
}

/** ISO 8601, or unix time in seconds. */
function timeOf(text: string): Date | undefined {
  if (!/^\d{1,11}(\.\d+)?$/.test(text)) return parseInstant(text);
  const time = new Date(Number(text) * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

export function rotationOf(credentials: readonly CredentialResult[]): RotationResult {
  const rotated = credentials.filter(({ outcome }) => outcome === 'rotated');
  return {
    outcome: rotated.length === credentials.length ? 'pass' : 'fail',
    coverage_ratio: rotated.length / credentials.length,
    credentials: [...credentials],
  };
}
