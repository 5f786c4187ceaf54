// A year of the demo's site for the bench: fourteen simulated days, which are one chunk of the archive, repeated until now.
import { appendFileSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayStamp } from '../../lib/core/time.ts';
import { cycleMs, cyclesADay } from '../../lib/demo/days.ts';
import { movedTo } from './demosite.ts';
import { must } from './measure.ts';
import { root } from '../process.ts';

const days = 14;
const samples = days * cyclesADay;
const chunks = 26;

export function writeYear(folder: string) {
  must([process.execPath, join(root, 'dist/demo.cjs'), '--folder', folder, '--days', `${days}`, '--real', '0']);
  const state = join(folder, 'days', 'state');
  const end = Math.floor(Date.now() / cycleMs) * cycleMs - 3 * 24 * 12 * cycleMs;
  repeatChunks(join(state, 'ops_monitor.zarr'), end);
  shiftAlerts(join(state, 'alerts', 'alerts.jsonl'), end);
  const newest = (name: string): string => {
    const files = readdirSync(join(state, name)).filter((file) => /^(ops_monitor|health)_\d+\.jsonl$/.test(file));
    const lines = readFileSync(join(state, name, files.toSorted().at(-1) ?? ''), 'utf8');
    return lines.trimEnd().split('\n').at(-1) ?? '';
  };
  const [snapshot, verdict] = [newest('raw'), newest('health')];
  let next = end;
  const addCycle = (): void => {
    next += cycleMs;
    const at = new Date(next);
    appendFileSync(join(state, 'raw', `ops_monitor_${dayStamp(at)}.jsonl`), `${movedTo(at, snapshot)}\n`);
    appendFileSync(join(state, 'health', `health_${dayStamp(at)}.jsonl`), `${movedTo(at, verdict)}\n`);
  };
  return {
    config: join(folder, 'days', 'config.yaml'),
    store: join(state, 'ops_monitor.zarr'),
    quicklooks: join(state, 'quicklooks', 'ops_monitor'),
    /** Adds the raw lines of an hour. */
    addHour: () => {
      for (let count = 0; count < 12; count++) addCycle();
    },
    /** Adds the raw lines until so many hours before now. */
    addUntil: (hours: number) => {
      while (next < Date.now() - (hours * 12 + 1) * cycleMs) addCycle();
    },
  };
}

/** The values of the one chunk stand in all of them; the times rise to `end`. */
function repeatChunks(store: string, end: number): void {
  const length = chunks * samples;
  for (const { name } of readdirSync(store, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const file = join(store, name, 'zarr.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"shape":\[\d+/, `"shape":[${length}`));
    const first = join(store, name, 'c', '0');
    if (!existsSync(first)) continue;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const path = join(store, name, 'c', `${chunk}`);
      const begins = end - (chunks - chunk) * samples * cycleMs;
      if (name === 'time') writeFileSync(path, timesFrom(begins));
      else if (chunk > 0) copyFileSync(first, path);
    }
  }
  const top = join(store, 'zarr.json');
  const text = readFileSync(top, 'utf8').replaceAll(/"shape":\[\d+/g, `"shape":[${length}`);
  writeFileSync(top, text.replace(/("variables_without_last_chunk":")\d+/, `$1${chunks - 1}`));
}

const timesFrom = (begins: number): Uint8Array =>
  new Uint8Array(
    BigInt64Array.from({ length: samples }, (_, index) => BigInt(begins + (index + 1) * cycleMs) * 1000n).buffer,
  );

function shiftAlerts(file: string, end: number): void {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const last = Math.max(...lines.map((line) => Date.parse(/"time":"([^"]*)"/.exec(line)?.[1] ?? '')));
  const shifted = lines.map((line) =>
    line.replace(/"time":"([^"]*)"/, (_, time: string) => `"time":"${new Date(Date.parse(time) + end - last).toISOString()}"`),
  );
  writeFileSync(file, `${shifted.join('\n')}\n`);
} // prettier-ignore
