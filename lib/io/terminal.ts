// Standard output and error, and colour where the terminal supports it and NO_COLOR does not forbid it.
import { fstatSync, writeSync } from 'node:fs';
import { styleText } from 'node:util';
import { errorCode } from '../contract/errors.ts';
import { oneLine, terminalText } from '../core/harmless.ts';
import type { Level } from '../core/level.ts';
import { isDiskTrouble, unlessFailing } from './files.ts';

// writeSync, because console costs a sixth of a process start, and because no output is lost when the process then exits.
export const print = (text: string): void => writeAll(1, text);
export const printError = (text: string): void => writeAll(2, text);
/** Replaces the current line: for progress, on a terminal only. */
export const rewriteLine = (text: string): void => writeAll(2, text, '\r\u001B[K', '');

function writeAll(descriptor: 1 | 2, text: string, before = '', after = '\n'): void {
  const colour = text.includes('\u001B') && (isTerminal(descriptor) || 'FORCE_COLOR' in process.env);
  const bytes = Buffer.from(`${before}${terminalText(text, colour)}${after}`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (errorCode(error) === 'EAGAIN') continue; // the pipe is full: the reader will catch up
      if (descriptor === 1 && isDiskTrouble(error))
        throw new Error('the output is cut off: standard output cannot be written', { cause: error });
      return; // EPIPE and the like: the reader is gone, which is no failure of this command
    }
  }
}

/** On a terminal the output of a command as it arrives, above a line that is replaced; elsewhere only a line for each part of
 * the work that has ended. */
export function liveOutput() {
  if (!isTerminal(2))
    return { line: () => undefined, ended: (text: string) => printError(oneLine(text)), status: () => undefined };
  let bottom = '';
  const status = (text: string): void => rewriteLine((bottom = text.slice(0, (process.stderr.columns || 80) - 1)));
  const line = (text: string): void => {
    if (bottom !== '') rewriteLine('');
    printError(text);
    status(bottom);
  };
  return { line, ended: line, status };
}

/** For what is shown again and again, on a terminal only. */
export const clearScreen = (): void => void writeSync(1, '\u001B[H\u001B[2J\u001B[3J');

const devNull = 0x103;

/** Whether the descriptor is a terminal; does not load Node's streams and sockets. */
export function isTerminal(descriptor: 1 | 2): boolean {
  const found = unlessFailing(() => fstatSync(descriptor)); // fails where the descriptor is closed
  return found !== undefined && found.isCharacterDevice() && found.rdev !== devNull;
}

/** How wide text for a person may be; what goes into a file or pipe is not broken. */
export const printWidth = (descriptor: 1 | 2 = 1): number =>
  (isTerminal(descriptor) && (descriptor === 1 ? process.stdout : process.stderr).columns) || Infinity;

const colors = { green: 'green', amber: 'yellow', red: 'red', unknown: 'magenta' } as const;

export type Paint = (style: Level | 'bold' | 'dim', text: string) => string;

/** Colour only where standard output is a terminal that wants it; FORCE_COLOR and NO_COLOR are obeyed. */
export function painter(): Paint {
  return (style, text) =>
    styleText(style === 'bold' || style === 'dim' ? style : colors[style], text, { stream: process.stdout });
}
