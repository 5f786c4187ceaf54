// npm run bench: what each stage costs beside a bare `node -e 0`, whole processes from the bundles, in one run.
// The stages of a cycle and their sum; append-zarr runs once an hour, and has `npm run bench:archive`. `-- --rounds N` for more
// rounds; it exits 1 where a budget is exceeded.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare, type Contestant, measure, must, startServer } from './measure.ts';
import { root } from '../process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 15;
/** Of bare node's CPU, children counted. */
const budgets: Record<string, number> = {
  'collect-snapshot': 5,
  'assess-health': 2.5,
  'write-report': 2.5,
  // With nothing to send, as 287 times of 288: what a mail costs is the mail program's.
  'send-alerts': 2.5,
  // Without a heartbeat: what that costs is the network's.
  'confirm-cycle': 2.5,
};

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
function writeDay(): void {
  const path = join(folder, 'state', 'health');
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

must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
const server = await startServer(
  `const s = require('node:http').createServer((q, r) => r.end('ok'));
   s.listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`,
);
try {
  const config = writeSite(server.port);
  const { path, says } = systemctl();
  const env: Record<string, string> = { XDG_CACHE_HOME: join(folder, 'cache'), XDG_RUNTIME_DIR: folder };
  if (path !== undefined) env['PATH'] = `${path}:${process.env['PATH']}`;
  const stage = (name: string): Contestant => ({
    name,
    argv: [process.execPath, join(root, 'dist', `${name}.cjs`), '--config', config],
    env,
  });
  const stages = Object.keys(budgets).map(stage);
  for (const { argv } of stages) must(argv, env);
  writeDay();
  const [least, ...costs] = measure([bare, ...stages], rounds);
  if (!least) throw new Error('nothing was measured');

  console.log(
    `Node ${process.version}, the middle half of ${rounds} rounds in alternation, children counted; ${says}.\n`,
  );
  console.log(`${'stage'.padEnd(18)} CPU ×   budget   wall ×   peak ×`);
  console.log(
    `${least.name.padEnd(18)}  1.00             1.00     1.00   (${least.cpuMs.toFixed(0)} ms, ${least.peakMiB.toFixed(0)} MiB)`,
  );
  let exceeded = false;
  for (const { name, cpuMs, wallMs, peakMiB } of costs) {
    const [ratio, budget] = [cpuMs / least.cpuMs, budgets[name] ?? 0];
    exceeded ||= ratio > budget;
    console.log(
      `${name.padEnd(18)}  ${ratio.toFixed(2)}     ${budget.toFixed(1)}     ${(wallMs / least.wallMs).toFixed(2).padStart(5)}     ${(peakMiB / least.peakMiB).toFixed(2)}${ratio > budget ? '   over budget' : ''}`,
    );
  }
  const sum = costs.reduce((all, { cpuMs }) => all + cpuMs, 0) / least.cpuMs;
  console.log(`${'a cycle'.padEnd(18)} ${sum.toFixed(2).padStart(5)}`);
  process.exitCode = exceeded ? 1 : 0;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
