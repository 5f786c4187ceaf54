// Raw lines by the hundred thousand: those of a few simulated days, over and over, each at a time of its own.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayStamp } from '../../lib/core/time.ts';

export interface RawLines {
  /** The next snapshot and its verdict. */
  readonly addOne: () => void;
  readonly lastTime: () => Date;
}

const interval = 300_000;

const linesIn = (folder: string, name: RegExp): string[] =>
  readdirSync(folder)
    .filter((file) => name.test(file))
    .sort()
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .filter((line) => line !== '');

/** So many, the last of them yesterday, so that there is room for a few more. */
export function rawLines(source: string, state: string, count: number): RawLines {
  const snapshots = linesIn(join(source, 'raw'), /^ops_monitor_\d{8}\.jsonl$/);
  const verdicts = linesIn(join(source, 'health'), /^health_\d{8}\.jsonl$/);
  if (snapshots.length < 4200 || snapshots.length !== verdicts.length)
    throw new Error(`${source} has ${snapshots.length} snapshots and ${verdicts.length} verdicts`);
  const end = Math.floor(Date.now() / interval - 288) * interval;
  const timeOf = (index: number): number => end - (count - 1 - index) * interval;
  const lineOf = (index: number): { snapshot: string; verdict: string; day: string } => {
    const time = new Date(timeOf(index)).toISOString().replace('Z', '917Z');
    const run = index.toString(16).padStart(32, '0');
    const [snapshot = '', verdict = ''] = [snapshots, verdicts].map((lines) => lines[index % lines.length]);
    return {
      day: dayStamp(new Date(timeOf(index))),
      snapshot: `{"schema_version":1,"time_utc":"${time}","snapshot_time_utc":"${time}","run_id":"${run}"${snapshot.slice(snapshot.indexOf(',"site":'))}\n`,
      verdict: `{"time":"${time}","run_id":"${run}"${verdict.slice(verdict.indexOf(',"schema_version":'))}\n`,
    };
  };
  const files = (day: string): [string, string] => [
    join(state, 'raw', `ops_monitor_${day}.jsonl`),
    join(state, 'health', `health_${day}.jsonl`),
  ];
  for (const name of ['raw', 'health']) mkdirSync(join(state, name), { recursive: true });
  for (let index = 0; index < count;) {
    const { day } = lineOf(index);
    const [raw, judged]: [string[], string[]] = [[], []];
    for (; index < count && dayStamp(new Date(timeOf(index))) === day; index++) {
      const { snapshot, verdict } = lineOf(index);
      raw.push(snapshot);
      judged.push(verdict);
    }
    const [rawFile, judgedFile] = files(day);
    writeFileSync(rawFile, raw.join(''));
    writeFileSync(judgedFile, judged.join(''));
  }
  let next = count;
  return {
    addOne: () => {
      const { snapshot, verdict, day } = lineOf(next++);
      const [rawFile, judgedFile] = files(day);
      appendFileSync(rawFile, snapshot);
      appendFileSync(judgedFile, verdict);
    },
    lastTime: () => new Date(timeOf(next - 1)),
  };
}
