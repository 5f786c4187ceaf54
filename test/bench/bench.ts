// npm run bench: what each stage costs beside a bare `node -e 0`, whole processes from the bundles, in alternation, at two
// sites: a small one, and the demo's with 8 streams, 16 mirrors and an archive of a week. What append-zarr costs beside other
// libraries: `npm run bench:archive`. `-- --rounds N` for more rounds; it exits 1 where a budget is exceeded.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Archive, writeDemoSite } from './demosite.ts';
import { bare, type Contestant, measure, must, startServer, writtenBy } from './measure.ts';
import { root } from '../process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 15;
interface Site {
  readonly name: string;
  readonly config: string;
  readonly state: string;
  /** Of bare node's CPU, children counted. */
  readonly collect: number;
  /** All units of five minutes together. */
  readonly sum: number;
  readonly archive?: Archive;
}

/** Without a mail to send and without a heartbeat: what those cost is the mail program's and the network's. */
const budgets: Record<string, number> = {
  'collect-snapshot': 0,
  'assess-health': 2.5,
  'write-report': 2.5,
  'send-alerts': 2.5,
  'confirm-cycle': 2.5,
};
const mostWrittenMB = 200;

/** The fixed mix: 12 local filesystems, 10 units, 4 URLs, 2 checkouts, the host. */
function writeSite(port: number): string {
  const checkouts = ['dashboard', 'infrastructure'].map((name) => {
    const path = join(folder, name);
    must(['git', 'init', '-q', path]);
    for (let index = 0; index < 200; index++) writeFileSync(join(path, `file-${index}`), `${index}\n`);
    must(['git', '-C', path, 'add', '.']);
    must(['git', '-C', path, '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'one']);
    return `${name}: ${path}`;
  });
  const filesystems = Array.from({ length: 12 }, (_, index) => {
    mkdirSync(join(folder, 'disks', `${index}`), { recursive: true });
    return `disk-${index}: ${folder}/disks/${index}`;
  });
  const units = Array.from({ length: 10 }, (_, index) => `unit-${index}.${index < 5 ? 'service' : 'timer'}`);
  const urls = Array.from({ length: 4 }, (_, index) => `url-${index}: "http://127.0.0.1:${port}/${index}"`);
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    [
      `files: { state: ${folder}/state }`,
      `filesystems: { ${filesystems.join(', ')} }`,
      `services: [${units.join(', ')}]`,
      `endpoints: { ${urls.join(', ')} }`,
      `git: { ${checkouts.join(', ')} }`,
      'alerts: { to: [ops@example.org], rules: { storage: { at: 100% } } }',
    ].join('\n'),
  );
  return config;
}

/** Where PID 1 is systemd the real one answers; elsewhere a stand-in of one small process that prints what it printed. */
function systemctl(): { path: string | undefined; says: string } {
  if (readFileSync('/proc/1/comm', 'utf8').trim() === 'systemd') return { path: undefined, says: 'the real systemctl' };
  const block = readFileSync(join(root, 'test/bench/systemctl-show.txt'), 'utf8');
  writeFileSync(join(folder, 'show'), Array.from({ length: 10 }, () => block).join('\n'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'systemctl'), `#!/bin/sh\nexec cat ${folder}/show\n`, { mode: 0o755 });
  return {
    path: join(folder, 'bin'),
    says: 'a stand-in for systemctl (a shell that prints a recording): no systemd runs here',
  };
}

/** A day of health lines, as the report finds it in the evening: levels change now and then. */
function writeDay(state: string): void {
  const path = join(state, 'health');
  const name = readdirSync(path).find((file) => file.endsWith('.jsonl'));
  const text = readFileSync(join(path, name ?? ''), 'utf8').trimEnd();
  const last = JSON.parse(text.split('\n').at(-1) ?? '') as {
    time: string;
    run_id: string;
    levels: Record<string, string>;
  };
  const lines = Array.from({ length: 287 }, (_, index) => {
    const levels = index % 24 < 3 ? { ...last.levels, 'host-load:host': 'amber' } : last.levels;
    return JSON.stringify({
      ...last,
      time: last.time.replace(/T\d\d:\d\d/, `T00:${String(index % 60).padStart(2, '0')}`),
      run_id: `${index}`.padStart(32, '0'),
      levels,
    });
  });
  writeFileSync(join(path, name ?? ''), `${lines.join('\n')}\n${text}\n`);
}

/** Measures all stages at a site and prints them; returns whether a budget is exceeded. */
function benchSite(
  { name: siteName, config, state, collect, sum: mostSum, archive }: Site,
  path: string | undefined,
): boolean {
  const env: Record<string, string> = { XDG_CACHE_HOME: join(folder, 'cache'), XDG_RUNTIME_DIR: runtime };
  if (path !== undefined) env['PATH'] = `${path}:${process.env['PATH']}`;
  const stage = (name: string, file = config): Contestant => ({
    name,
    argv: [process.execPath, join(root, 'dist', `${name}.cjs`), '--config', file],
    env,
  });
  const cycle = Object.keys(budgets).map((name) => stage(name));
  for (const { argv } of cycle) must(argv, env);
  writeDay(state);
  const append: Contestant[] = [];
  if (archive) {
    archive.fill(state);
    const contestant = stage('append-zarr', archive.config);
    must(contestant.argv, env);
    append.push({ ...contestant, before: archive.addHour });
  }
  const [least, ...costs] = measure([bare, ...cycle, ...append], rounds);
  if (!least) throw new Error('nothing was measured');

  console.log(`\n${siteName}`);
  console.log(`${'stage'.padEnd(18)} CPU ×   budget   wall ×   peak ×`);
  console.log(
    `${least.name.padEnd(18)}  1.00             1.00     1.00   (${least.cpuMs.toFixed(0)} ms, ${least.peakMiB.toFixed(0)} MiB)`,
  );
  const show = (value: number, digits: number, width = 5): string => value.toFixed(digits).padStart(width);
  const over = (value: number, most: number): string => (value > most ? '   over budget' : '');
  let exceeded = false;
  for (const { name, cpuMs, wallMs, peakMiB } of costs) {
    const ratio = cpuMs / least.cpuMs;
    const budget = name === 'collect-snapshot' ? collect : (budgets[name] ?? Infinity);
    exceeded ||= ratio > budget;
    const limit = Number.isFinite(budget) ? budget.toFixed(1) : '   ';
    console.log(
      `${name.padEnd(18)} ${show(ratio, 2)}     ${limit.padStart(4)}    ${show(wallMs / least.wallMs, 2)}    ${show(peakMiB / least.peakMiB, 2)}${over(ratio, budget)}`,
    );
  }
  const sum = costs.filter(({ name }) => name in budgets).reduce((all, { cpuMs }) => all + cpuMs, 0) / least.cpuMs;
  console.log(`${'a cycle'.padEnd(18)} ${show(sum, 2)}     ${show(mostSum, 1, 4)}${over(sum, mostSum)}`);

  const perDay = [...cycle, ...append].map((one) => {
    const { bytes, fsyncs } = writtenBy(one);
    const times = one.name === 'append-zarr' ? 24 : 288;
    return { name: one.name, MB: (times * bytes) / 1e6, fsyncs: times * fsyncs };
  });
  const total = perDay.reduce((all, { MB }) => all + MB, 0);
  const parts = perDay.map(({ name, MB }) => `${name} ${MB.toFixed(0)}`).join(', ');
  const fsyncs = perDay.reduce((all, one) => all + one.fsyncs, 0);
  console.log(
    `written a day: ${total.toFixed(0)} MB (${parts}), ${fsyncs} fsyncs; budget ${mostWrittenMB} MB${over(total, mostWrittenMB)}`,
  );
  return exceeded || sum > mostSum || total > mostWrittenMB;
}

/** In memory, as /run is. */
const runtime = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : folder, 'ops-monitor-bench-'));
must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
const server = await startServer(
  `const s = require('node:http').createServer((q, r) => r.end('ok'));
   s.listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`,
);
try {
  const { path, says } = systemctl();
  console.log(
    `Node ${process.version}, the middle half of ${rounds} rounds in alternation, children counted; ${says}.`,
  );
  const demo = await writeDemoSite(join(folder, 'demo'), `http://127.0.0.1:${server.port}/`);
  const sites: readonly Site[] = [
    {
      name: 'A site without streams: 12 filesystems, 10 units, 4 URLs, 2 checkouts',
      config: writeSite(server.port),
      state: join(folder, 'state'),
      collect: 5,
      sum: 11,
    },
    { name: 'The demo site: 8 streams, 16 mirrors, a workspace, an archive of a week', ...demo, collect: 6, sum: 14 },
  ];
  const exceeded = sites.map((site) => benchSite(site, path));
  process.exitCode = exceeded.includes(true) ? 1 : 0;
} finally {
  await server.stop();
  for (const made of [folder, runtime]) rmSync(made, { recursive: true, force: true });
}
