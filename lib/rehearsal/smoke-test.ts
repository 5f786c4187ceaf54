// The smoke test: a command whose standard output, the payload, is kept whole.
import { milli } from '../core/quantity.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { failureWords } from '../engine/ending.ts';
import { parseForeignJson } from '../parse/json.ts';
import type { SmokeTest } from './config.ts';
import type { SmokeResult } from './files.ts';
import { type PartTools, variablesOf } from './tools.ts';

const mostPayload = 16 * 1024 * 1024;
/** A payload within these limits is part of the summary, which the section `gates` reads up to 1 MiB and 10,000 values. */
const small = { characters: 64 * 1024, depth: 16, values: 2000 };
/** A payload that is JSON within these limits is kept in a file with the ending `.json`, any other one with `.txt`. */
const large = { characters: mostPayload, depth: 100, values: 2_000_000 };

export interface Smoked {
  readonly result: SmokeResult;
  readonly payload: string;
}

export async function runSmokeTest({ command, env, folder, timeout }: SmokeTest, tools: PartTools): Promise<Smoked> {
  const began = tools.monotonicMs();
  const { payload, reason } = await run().catch((error: unknown) => ({ payload: '', reason: reasonOf(error) }));
  const isJson = parsedWithin(payload, large) !== undefined;
  const parsed = isJson ? parsedWithin(payload, small) : undefined;
  const result: SmokeResult = {
    outcome: reason === undefined ? 'pass' : 'fail',
    seconds: milli((tools.monotonicMs() - began) / 1000),
    ...(reason === undefined ? {} : { reason }),
    payload_file: `smoke_test_payload.${isJson ? 'json' : 'txt'}`,
    payload_characters: payload.length,
    ...(parsed === undefined ? {} : { payload: parsed.value }),
  };
  return { result, payload };

  async function run() {
    const { ending, output } = await tools.runTask({
      ...(await variablesOf(env, tools)),
      argv: command,
      folder,
      seconds: timeout,
      log: join(tools.folder, 'smoke_test.log'),
      mostOutput: mostPayload,
      onLine: tools.onLine,
    });
    const { text = '', isCut = false } = output ?? {};
    const tooLong = isCut ? `its payload is longer than ${mostPayload} characters, and its end is not kept` : undefined;
    return { payload: text, reason: failureWords(ending, command[0] ?? '', timeout) ?? tooLong };
  }
}

/** Undefined where the text is not JSON within these limits. */
function parsedWithin(text: string, limits: typeof small): { readonly value: unknown } | undefined {
  try {
    return { value: parseForeignJson(text, 'the payload', limits) };
  } catch {
    return undefined;
  }
}
