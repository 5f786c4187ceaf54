// The verdict of the doctrine check: that of a command, or that of a file which another program writes.
import { untilAborted } from '../core/abort.ts';
import { ageOf } from '../core/age.ts';
import { join } from '../core/path.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { readingReason, reasonOf } from '../core/text.ts';
import { failureWords } from '../engine/ending.ts';
import { ownMapping, parseGateSummary } from '../parse/gate.ts';
import type { Doctrine } from './config.ts';
import type { DoctrineResult } from './files.ts';
import { type PartTools, variablesOf } from './tools.ts';

export async function checkDoctrine(doctrine: Doctrine, tools: PartTools): Promise<DoctrineResult> {
  const { command, file } = doctrine;
  try {
    return await (file === undefined
      ? verdictOfCommand(doctrine, command ?? [], tools)
      : verdictIn(file, doctrine, tools));
  } catch (error) {
    return { verdict: 'unknown', reason: file === undefined ? reasonOf(error) : readingReason(error) };
  }
}

async function verdictOfCommand(
  { env, timeout }: Doctrine,
  command: readonly string[],
  tools: PartTools,
): Promise<DoctrineResult> {
  const { ending } = await tools.runTask({
    ...(await variablesOf(env, tools)),
    argv: command,
    seconds: timeout,
    log: join(tools.folder, 'doctrine.log'),
    onLine: tools.onLine,
  });
  const reason = failureWords(ending, command[0] ?? '', timeout);
  const decided_at = tools.now().toISOString();
  return reason === undefined ? { verdict: 'pass', decided_at } : { verdict: 'fail', decided_at, reason };
}

/** A verdict that is too old, or whose time lies in the future, counts as unknown. */
async function verdictIn(
  path: string,
  { 'max-age': most, timeout }: Doctrine,
  tools: PartTools,
): Promise<DoctrineResult> {
  const signal = AbortSignal.timeout(Math.ceil(timeout * 1000));
  const text = await untilAborted(signal, tools.openHost('local', signal).readText(path));
  const { verdict, decided_at, reason } = parseGateSummary(text, ownMapping);
  const { seconds, aheadSeconds } = ageOf(decided_at, tools.now());
  if (seconds === undefined)
    return { verdict: 'unknown', decided_at, reason: `decided ${formatDuration(aheadSeconds ?? 0)} in the future` };
  if (seconds > most) {
    const words = `decided ${formatDuration(seconds)} ago, at most ${formatLimit(most)} is allowed`;
    return { verdict: 'unknown', decided_at, reason: words };
  }
  const why = reason ?? (verdict === 'pass' ? undefined : `its verdict is ${verdict}`);
  return { verdict, decided_at, ...(why === undefined ? {} : { reason: why }) };
}
