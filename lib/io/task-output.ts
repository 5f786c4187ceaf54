// Keeps the output of a command of the configuration: all of it in a log file, the last lines, and its stdout where that is asked
// for. The secrets that the command got are hidden in all three.
import { closeSync, constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TaskRequest } from '../contract/task.ts';
import { plainLines } from '../core/harmless.ts';
import { hideSecrets } from '../core/hide.ts';
import { unlessFailing } from './files.ts';

const mostLogBytes = 16 * 1024 * 1024;
const cutNote = `\n[the output goes on: only the first ${mostLogBytes / 1024 / 1024} MiB are kept]\n`;
const mostLastLines = 20;
const longestLine = 500;

type Stream = 'stdout' | 'stderr';
const streams = ['stdout', 'stderr'] as const;

export function openOutput({ log: path, onLine, mostOutput, secrets = [] }: TaskRequest) {
  const hiders = { stdout: hideSecrets(secrets), stderr: hideSecrets(secrets) };
  const log = openLog(path);
  const lines = collectLines(onLine);
  const stdout = mostOutput === undefined ? undefined : keepStart(mostOutput);
  const add = (text: string, stream: Stream): void => {
    if (stream === 'stdout' && stdout) stdout.add(text);
    else log.add(text);
    lines.add(text);
  };
  let isOpen = true;
  return {
    take: (text: string, stream: Stream): void => add(hiders[stream].pass(text), stream),
    end: () => {
      if (isOpen) {
        for (const stream of streams) add(hiders[stream].end(), stream);
        lines.end();
        log.close();
        isOpen = false;
      }
      return { log: log.written(), lastLines: lines.last, ...(stdout ? { output: stdout.kept } : {}) };
    },
  };
}

function openLog(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  // A named pipe would block for ever, and a link lead to a file of somebody else.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o644);
  let [bytes, isCut] = [0, false];
  const write = (text: string): void => {
    // A full disk costs the rest of the log, not the run.
    const written = unlessFailing(() => writeSync(descriptor, text));
    if (written === undefined) isCut = true;
    else bytes += written;
  };
  return {
    add: (text: string): void => {
      if (isCut) return;
      const room = mostLogBytes - bytes;
      if (text.length > room) {
        write(text.slice(0, room) + cutNote);
        isCut = true;
      } else write(text);
    },
    close: () => closeSync(descriptor),
    written: () => ({ bytes, isCut }),
  };
}

/** Passes each line on, and keeps the last ones. */
function collectLines(onLine: TaskRequest['onLine']) {
  const last: string[] = [];
  /** The line whose end has not come yet. */
  let open = '';
  // A command may print hundreds of millions of lines, so each costs little: control characters are removed from many at once.
  const addWhole = (text: string): void => {
    const lines = plainLines(text)
      .split('\n')
      .map((line) => line.slice(0, longestLine).trim());
    last.push(...lines.slice(-mostLastLines));
    last.splice(0, last.length - mostLastLines);
    if (onLine) for (const line of lines) onLine(line);
  };
  return {
    last,
    add: (text: string): void => {
      const end = text.lastIndexOf('\n');
      if (end >= 0) addWhole(open + text.slice(0, end));
      // A line without an end must not grow for ever.
      open = ((end < 0 ? open : '') + text.slice(end + 1)).slice(0, longestLine);
    },
    end: (): void => {
      if (open !== '') addWhole(open);
      open = '';
    },
  };
}

function keepStart(most: number) {
  const kept = { text: '', isCut: false };
  return {
    kept,
    add: (text: string): void => {
      kept.isCut ||= kept.text.length + text.length > most;
      kept.text += text.slice(0, most - kept.text.length);
    },
  };
}
