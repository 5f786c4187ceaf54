// npm run bench:node: what node-report costs beside a bare `node -e 0`, on this machine and as the one file that is copied to nodes; and
// how long it takes beside its readings, which all run side by side. It exits 1 where a budget is exceeded. Budgets are for a machine
// without the programs of a fleet: there, a reading takes as long as the program takes to answer.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare, type Contestant, inTurns, must } from './measure.ts';
import { root } from '../process.ts';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 21;
/** Multiples of the time of a bare start. */
const budgets = { whole: 8, besideReadings: 4 };

must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
try {
  const env = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  const reportBy = (name: string, bundle: string): Contestant => {
    const argv = [process.execPath, join(root, 'dist', bundle), '--json'];
    must(argv, env); // compiles, and leaves the state of a first run
    return { name, argv, env };
  };
  const contestants = [
    bare,
    reportBy('node-report', 'node-report.cjs'),
    reportBy('node-report, one file', 'ops-monitor-node.cjs'),
  ];
  const [least, ...costs] = inTurns(contestants, rounds);
  if (!least) throw new Error('nothing was measured');
  console.log(`Node ${process.version}, the middle half of ${rounds} rounds in alternation, children counted.\n`);
  console.log(`${''.padEnd(24)} CPU ×   wall ×   beside its readings ×`);
  for (const [index, { name, cpuMs, wallMs }] of costs.entries()) {
    const besideMs = wallMs - readingMs(contestants[index + 1] ?? bare);
    const ratios = [cpuMs, wallMs, besideMs].map((ms, at) => ms / (at === 0 ? least.cpuMs : least.wallMs));
    const [, whole = 0, beside = 0] = ratios;
    const isOver = whole > budgets.whole || beside > budgets.besideReadings;
    if (isOver) process.exitCode = 1;
    const cells = ratios.map((ratio) => ratio.toFixed(2).padStart(5)).join('    ');
    console.log(`${name.padEnd(24)} ${cells}${isOver ? '   exceeds the budget' : ''}`);
  }
  console.log(`\nBudget: ${budgets.whole} × wall, ${budgets.besideReadings} × beside the readings.`);
} finally {
  rmSync(folder, { recursive: true });
}

/** The median of what the report says of itself. */
function readingMs({ argv: [file = '', ...argv], env }: Contestant): number {
  const all = Array.from({ length: 9 }, () => {
    const { stdout } = spawnSync(file, argv, { encoding: 'utf8', env: { ...process.env, ...env } });
    return (JSON.parse(stdout) as { collect_ms: number }).collect_ms;
  });
  return all.toSorted((a, b) => a - b)[4] ?? 0;
}
