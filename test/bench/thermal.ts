// npm run bench:thermal: what a beat costs beside a bare `node -e 0` and beside the same in bash and jq, with a textfile
// only and with a check-in over https. `-- --rounds N` for more rounds; it exits 1 where a budget is exceeded.
//
// A virtual machine has no sensors, and the kernel's own /sys cannot be written: so, as root, in a mount namespace of its
// own, /sys is the recorded Intel server's.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bare, type Contestant, measure, must, startServer } from './measure.ts';
import { root } from '../process.ts';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 21;
const folder = process.argv[process.argv.indexOf('--inside') + 1] ?? '';
const tls = join(root, 'test', 'io', 'tls');

if (process.argv.includes('--inside')) await inside();
else outside();

function outside(): void {
  if (process.getuid?.() !== 0)
    throw new Error('the bench puts a recorded /sys in the place of this machine’s: run it as root');
  must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
  const own = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
  try {
    const sys = join(own, 'sys');
    cpSync(join(root, 'test/thermal/machines/intel-server/root/sys'), sys, { recursive: true, verbatimSymlinks: true });
    // And the runtime folder is in memory, as systemd makes it.
    const run = join(own, 'run');
    mkdirSync(run);
    const script = `mount --bind ${sys} /sys && mount -t tmpfs tmpfs ${run} && exec "$0" --import tsx "$@"`;
    const argv = [fileURLToPath(import.meta.url), '--inside', own, '--rounds', String(rounds)];
    const { status } = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', script, process.execPath, ...argv],
      { stdio: 'inherit', cwd: root },
    );
    process.exitCode = status ?? 1;
  } finally {
    rmSync(own, { recursive: true });
  }
}

async function inside(): Promise<void> {
  const server = await startServer(
    `const { readFileSync } = require('node:fs');
     const s = require('node:https').createServer({ key: readFileSync('${tls}/key.pem'), cert: readFileSync('${tls}/valid.pem') }, (q, r) => { q.resume(); r.writeHead(202).end(); })
       .listen(0, '127.0.0.1', () => parentPort.postMessage(s.address().port));`,
  );
  try {
    const [least, ...costs] = measure(contestants(server.port), rounds);
    const shell = costs.find(({ name }) => name === 'bash and jq');
    const beat = costs.find(({ name }) => name === 'textfile only');
    const check = costs.find(({ name }) => name === 'with a check-in');
    if (!least || !shell || !beat || !check) throw new Error('nothing was measured');
    console.log(`Node ${process.version}, the middle half of ${rounds} rounds in alternation, children counted.\n`);
    console.log(`${''.padEnd(24)} CPU ×   wall ×   peak ×`);
    for (const { name, cpuMs, wallMs, peakMiB } of [least, ...costs]) {
      // The peak is asked of Node: of another program it is not known.
      const peak = name.startsWith('bash') ? [] : [peakMiB / least.peakMiB];
      const ratios = [cpuMs / least.cpuMs, wallMs / least.wallMs, ...peak];
      console.log(`${name.padEnd(24)} ${ratios.map((ratio) => ratio.toFixed(2).padStart(5)).join('    ')}`);
    }
    const judged: [string, number, number][] = [
      ['textfile only, of a bare node', beat.cpuMs / least.cpuMs, 1.35],
      ['textfile only, of bash and jq', beat.cpuMs / shell.cpuMs, 1.3],
      ['with a check-in, of a bare node', check.cpuMs / least.cpuMs, 2.7],
    ];
    console.log();
    for (const [what, ratio, budget] of judged) {
      console.log(`${what.padEnd(34)} ${ratio.toFixed(2)}   budget ${budget}${ratio > budget ? '   over budget' : ''}`);
      if (ratio > budget) process.exitCode = 1;
    }
  } finally {
    await server.stop();
  }
}

function contestants(port: number): Contestant[] {
  const env = {
    XDG_CACHE_HOME: join(folder, 'cache'),
    RUNTIME_DIRECTORY: join(folder, 'run'),
    NODE_EXTRA_CA_CERTS: join(tls, 'valid.pem'),
    CACERT: join(tls, 'valid.pem'),
    SENTRY_DSN: `https://0123456789abcdef@localhost:${port}/42`,
  };
  const beat = (name: string, config: string): Contestant => {
    const state = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(state);
    writeFileSync(`${state}.yaml`, `files: { state: ${state} }\n${config}`);
    // As the unit calls it, without arguments.
    const argv = [process.execPath, join(root, 'dist', 'thermal-heartbeat.cjs')];
    // Each its own cache of the configuration, as on a machine that has one.
    const own = {
      ...env,
      OPS_MONITOR_CONFIG: `${state}.yaml`,
      XDG_CACHE_HOME: join(state, 'cache'),
      RUNTIME_DIRECTORY: join(folder, 'run', state.slice(folder.length)),
    };
    const stderr = must(argv, own);
    if (!stderr.includes('"problems":[]')) throw new Error(stderr);
    const text = readFileSync(join(state, 'textfiles', 'thermal.prom'), 'utf8');
    if (!/coretemp.0",sensor="Package id 0"\} 65$/m.test(text)) throw new Error(`it read something else:\n${text}`);
    return { name, argv, env: own };
  };
  const shell = (name: string, ...more: string[]): Contestant => {
    const argv = ['bash', join(root, 'test/bench/thermal-beat.sh'), join(folder, 'shell.prom'), ...more];
    const stderr = must(argv, env);
    const text = readFileSync(join(folder, 'shell.prom'), 'utf8');
    if (!/sensor="Package id 0"\} 65$/m.test(text)) throw new Error(`${stderr}${text}`);
    return { name, argv, env };
  };
  const checkIn = `https://localhost:${port}/api/42/cron/thermal-heartbeat/0123456789abcdef/`;
  return [
    bare,
    beat('textfile only', ''),
    shell('bash and jq'),
    beat('with a check-in', 'thermal: { sentry: { dsn: $SENTRY_DSN } }\n'),
    shell('bash, jq and curl', checkIn),
  ];
}
