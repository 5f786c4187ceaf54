// Computes what programs print on the simulated machines.
import { NotInstalled, TimedOut } from '../contract/errors.ts';
import type { Completed } from '../contract/host.ts';
import { nvidiaSmi, transfersPlugin } from './checks.ts';
import {
  absolutePaths as paths,
  checkoutNames,
  checkoutPath,
  pluginPath,
  type Place,
  siteUnits,
  streams,
} from './layout.ts';
import type { Listings } from './listings.ts';
import { statfsOf } from './machine.ts';
import { checkoutAt, machineAt, unitAt, workspaceUnreachable } from './scenario.ts';

const printed = (stdout: string): Completed => ({ exit_code: 0, stdout, stderr: '' });

export function runLocal(argv: readonly string[], at: number, listings: Listings): Completed {
  const [program] = argv;
  if (program === 'systemctl') return argv[1] === 'show' ? showUnits(argv, at) : failedUnits(at);
  if (program === 'timedatectl') return printed(machineAt(at).clockSet ? 'yes\n' : 'no\n');
  if (program === 'sh' && argv[3] === 'list-files') return listFiles(argv, ['local', 'gws'], at, listings);
  if (program === 'sh' && argv[3] === 'list-folders') return listFolders(argv, ['local', 'gws'], at, listings);
  if (program === 'sh' && argv[3] === 'git-status') return gitStatus(argv, at);
  if (program === 'sh' && argv[3] === 'statfs') return statInChild(argv.at(-1) ?? '', at);
  if (program === 'sh' && argv[1] === pluginPath(paths)) return transfersPlugin(at);
  if (program === 'nvidia-smi') return nvidiaSmi(argv, at);
  return notInstalled(argv);
}

export function runOnSource(argv: readonly string[], at: number, listings: Listings): Completed {
  if (argv[0] === 'true') return printed('');
  if (argv[3] === 'list-files') return listFiles(argv, ['source'], at, listings);
  return argv[3] === 'list-folders' ? listFolders(argv, ['source'], at, listings) : notInstalled(argv);
}

function notInstalled(argv: readonly string[]): never {
  throw new NotInstalled(`${argv.join(' ')} is not installed (ENOENT)`);
}

/** Simulates the `find` that lists the folders of several streams. The name pattern is ignored: all files match. */
function listFiles(argv: readonly string[], where: readonly Place[], at: number, listings: Listings): Completed {
  let [stdout, stderr] = ['', ''];
  for (const start of argv.slice(4, argv.indexOf('-ignore_readdir_race'))) {
    if (start.startsWith(paths.workspace) && workspaceUnreachable(at)) timeOut(`a search in ${start}`);
    const text = start.endsWith('/.') ? `# ${start}\0` : listings.findOutput(start, where, at);
    if (text === undefined) stderr += `find: '${start}': No such file or directory\n`;
    else stdout += text;
  }
  return { exit_code: stderr === '' ? 0 : 1, stdout, stderr };
}

function listFolders(argv: readonly string[], where: readonly Place[], at: number, listings: Listings): Completed {
  const root = argv[4] ?? '';
  if (root.startsWith(paths.workspace) && workspaceUnreachable(at)) timeOut(`a search in ${root}`);
  const levels = argv.length - 5;
  let folders = [root];
  for (let level = 0; level < levels; level++)
    folders = folders.flatMap((folder) => listings.namesIn(folder, where, at).map((name) => `${folder}/${name}`));
  return printed([...folders, '# end', ''].join('\0'));
}

function timeOut(what: string): never {
  throw new TimedOut(`${what} did not answer within 10s`);
}

function statInChild(path: string, at: number): Completed {
  if (!path.startsWith(paths.workspace)) return notInstalled(['sh', path]);
  if (workspaceUnreachable(at)) timeOut(`looking at ${path}`);
  const { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes } = statfsOf('gws', at);
  return printed(`${path}\n${block_bytes} ${blocks} ${free_blocks} ${available_blocks} ${inodes} ${free_inodes}\n`);
}

function gitStatus(argv: readonly string[], at: number): Completed {
  const path = argv.at(-1);
  const name = checkoutNames.find((known) => checkoutPath(paths, known) === path) ?? notInstalled(argv);
  const { changed, behind } = checkoutAt(name, at);
  const branch = [
    'oid 4e1243bd22c66e76c2ba9eddc1f91394e57f9f83',
    'head main',
    'upstream origin/main',
    `ab +0 -${behind}`,
  ];
  const files = Array.from({ length: changed }, (_, index) => `? mended_${index + 1}.py`);
  return printed([...branch.map((line) => `# branch.${line}`), ...files, '# end', ''].join('\n'));
}

const allUnits = [
  ...siteUnits,
  ...streams.flatMap(({ name }) => [`${name}-sync.timer`, `${name}-process.service`, `${name}-transfer.service`]),
];

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** The format in which systemctl prints the times of timers, even with --timestamp=unix. */
function prettyTime(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${weekdays[new Date(ms).getUTCDay()]} ${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function showUnits(argv: readonly string[], at: number): Completed {
  const asked = argv.slice(argv.indexOf('--') + 1);
  return printed(asked.map((name) => `${unitBlock(name, at).join('\n')}\n`).join('\n'));
}

function unitBlock(name: string, at: number): string[] {
  if (!allUnits.includes(name))
    return ['LoadState=not-found', 'ActiveState=inactive', 'SubState=dead', 'ConditionTimestamp='];
  const { state, since, restarts, lastRun, nextRun } = unitAt(name, at);
  const timer = name.endsWith('.timer');
  const working = timer ? 'waiting' : 'running';
  const common = [
    'LoadState=loaded',
    `ActiveState=${state}`,
    `SubState=${state === 'active' ? working : state === 'failed' ? 'failed' : 'dead'}`,
    `Result=${state === 'failed' ? 'exit-code' : 'success'}`,
    'UnitFileState=enabled',
    `StateChangeTimestamp=@${Math.floor(since / 1000)}`,
    'ConditionResult=yes',
    `ConditionTimestamp=@${Math.floor(since / 1000)}`,
  ];
  if (!timer)
    return [
      'Type=simple',
      `NRestarts=${restarts}`,
      `ExecMainStartTimestamp=@${Math.floor(since / 1000)}`,
      `ExecMainStatus=${state === 'failed' ? 1 : 0}`,
      ...common,
    ];
  return [
    `Unit=${name.replace('.timer', '.service')}`,
    `LastTriggerUSec=${prettyTime(lastRun)}`,
    `NextElapseUSecRealtime=${state === 'active' ? prettyTime(nextRun) : ''}`,
    'NextElapseUSecMonotonic=infinity',
    ...common,
  ];
}

function failedUnits(at: number): Completed {
  const failed = allUnits.filter((name) => unitAt(name, at).state === 'failed');
  const lines = failed.map((name) => `${name} loaded failed failed ${name}\n`).join('');
  return printed(`UNIT LOAD ACTIVE SUB DESCRIPTION\n${lines}\n${failed.length} loaded units listed.\n`);
}
