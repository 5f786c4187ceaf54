// npm run bench:watchdog: what a run of watch-services over 20 services costs beside a bare `node -e 0`, monit's own cycle over
// the same 20 processes, and a sweep with Python's psutil as psrecord makes it. `-- --rounds N` for more rounds; it exits 1
// where the budget is exceeded. It installs monit and python3-psutil where they are missing: run it as root.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bare, type Contestant, measure, must } from './measure.ts';
import { root } from '../process.ts';
import { installPackages } from '../real/packages.ts';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 21;
const budget = 2;
const serviceCount = 20;

installPackages('monit', 'python3-psutil');
must([process.execPath, '--import', 'tsx', join(root, 'scripts', 'build.ts')]);
const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
// As on a machine: pid files lie in /run, and the runtime folder is in memory.
const pidFolder = mkdtempSync('/run/ops-monitor-bench-');
const runtime = mkdtempSync('/dev/shm/ops-monitor-bench-');
const children: ChildProcess[] = [];
try {
  const pidFiles = Array.from({ length: serviceCount }, (_, index) => {
    const child = spawn('sleep', [`${100_000 + index}`], { stdio: 'ignore' });
    children.push(child);
    const path = join(pidFolder, `service-${index}.pid`);
    writeFileSync(path, `${child.pid}\n`);
    return path;
  });
  const limits = 'limits: { cpu: 80%, memory: 1GB, open-files: 80%, threads: 100 }';
  const byPidFile = pidFiles.map((path, index) => `    service-${index}: { pid-file: ${path}, ${limits} }`);
  const byCommand = pidFiles.map(
    (_, index) => `    service-${index}: { command-line: 'sleep ${100_000 + index}', ${limits} }`,
  );
  const [least, ...costs] = measure(
    [
      bare,
      watchServices('by pid file', byPidFile),
      watchServices('by command line', byCommand),
      monit(pidFiles),
      psutil(pidFiles),
    ],
    rounds,
  );
  if (!least) throw new Error('nothing was measured');
  console.log(
    `Node ${process.version}, the middle half of ${rounds} rounds in alternation, children counted; ${serviceCount} services.\n`,
  );
  console.log(`${''.padEnd(34)} CPU ×   wall ×`);
  for (const { name, cpuMs, wallMs } of costs) {
    const ratios = [cpuMs / least.cpuMs, wallMs / least.wallMs];
    const isOurs = name.startsWith('watch-services');
    const isOver = isOurs && cpuMs / least.cpuMs > budget;
    console.log(
      `${name.padEnd(34)} ${ratios.map((ratio) => ratio.toFixed(2).padStart(5)).join('    ')}${isOurs ? `   budget ${budget}${isOver ? ', exceeded' : ''}` : ''}`,
    );
    if (isOver) process.exitCode = 1;
  }
} finally {
  for (const child of children) child.kill('SIGKILL');
  for (const path of [folder, pidFolder, runtime]) rmSync(path, { recursive: true });
}

function watchServices(how: string, services: readonly string[]): Contestant {
  const own = join(folder, how.replaceAll(' ', '-'));
  mkdirSync(own);
  const config = join(own, 'config.yaml');
  writeFileSync(config, `files: { state: ${own}/state }\nwatchdog:\n  services:\n${services.join('\n')}\n`);
  const env = {
    OPS_MONITOR_CONFIG: config,
    XDG_CACHE_HOME: join(own, 'cache'),
    RUNTIME_DIRECTORY: join(runtime, how.replaceAll(' ', '-')),
  };
  // As the unit calls it, without arguments.
  const argv = [process.execPath, join(root, 'dist', 'watch-services.cjs')];
  // The first run compiles and caches; the second one finds the state of the first.
  for (let count = 0; count < 2; count++) {
    const stderr = must(argv, env);
    if (!stderr.includes(`"running":${serviceCount},"unknown":0`)) throw new Error(stderr);
  }
  return { name: `watch-services, ${how}`, argv, env };
}

function monit(pidFiles: readonly string[]): Contestant {
  const config = join(folder, 'monitrc');
  const checks = pidFiles.map(
    (path, index) =>
      `check process service-${index} with pidfile ${path}\n  if cpu > 80% for 10 cycles then alert\n  if total memory > 1 GB for 10 cycles then alert\n  if threads > 100 then alert\n`,
  );
  writeFileSync(
    config,
    `set daemon 30\nset logfile ${folder}/monit.log\nset idfile ${folder}/monit.id\nset statefile ${folder}/monit.state\n${checks.join('')}`,
    { mode: 0o600 },
  );
  // -v, for this one run: it says what was checked.
  const { stdout } = spawnSync('/usr/bin/monit', ['-v', '-c', config, 'validate'], { encoding: 'utf8' });
  const checked = stdout.match(/process is running with pid/g)?.length ?? 0;
  if (checked !== pidFiles.length) throw new Error(`monit checked ${checked} processes: ${stdout}`);
  // It exits with 1 where no process has a CPU rate yet, as in every first cycle.
  return { name: 'monit validate', argv: ['/usr/bin/monit', '-c', config, 'validate'], accept: [0, 1] };
}

/** psrecord itself samples one process in a loop; here is one sample of each of the twenty, with its descendants. */
function psutil(pidFiles: readonly string[]): Contestant {
  const script = join(folder, 'sweep.py');
  writeFileSync(
    script,
    `import sys, psutil
total = 0
for path in sys.argv[1:]:
    process = psutil.Process(int(open(path).read()))
    for each in [process] + process.children(recursive=True):
        with each.oneshot():
            each.cpu_times(); each.memory_full_info().pss; each.num_fds(); each.num_threads(); each.rlimit(psutil.RLIMIT_NOFILE)
        total += 1
assert total == len(sys.argv) - 1, total
`,
  );
  const argv = ['/usr/bin/python3', script, ...pidFiles];
  must(argv);
  return { name: 'psutil sweep', argv };
}
