// Why a command of the configuration failed, in words.
import type { Ending } from '../contract/program.ts';
import { formatLimit } from '../core/quantity.ts';

/** Undefined where the command succeeded. `seconds`: its time limit. */
export function failureWords(ending: Ending, program: string, seconds: number): string | undefined {
  if (ending.by === 'exit') {
    if (ending.code === 0) return undefined;
    if (ending.code === 127) return `${program} was not found (exit code 127)`;
    return ending.code === 126 ? `${program} may not be run (exit code 126)` : `exit code ${ending.code}`;
  }
  if (ending.by === 'deadline') return `ended at its time limit of ${formatLimit(seconds)}`;
  if (ending.by === 'signal') return `ended by ${ending.signal}`;
  return ending.by === 'start' ? `could not be started: ${ending.cause.message}` : 'printed too much';
}
