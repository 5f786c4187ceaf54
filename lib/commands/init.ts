// ops-monitor init: looks at the machine, and writes a commented configuration of what is worth watching there.
import { resolve as absolute } from 'node:path';
import { configurationPath } from '../config/load.ts';
import { resolve } from '../config/resolve.ts';
import type { Configuration } from '../config/schema.ts';
import { errorCode, Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { foldColumns } from '../core/columns.ts';
import { withoutUndefined } from '../core/fields.ts';
import { oneLine } from '../core/harmless.ts';
import { join } from '../core/path.ts';
import { firstLine, listed, reasonOf } from '../core/text.ts';
import { type Command, configOption, dryRunOption, exitCodes, textOption } from '../cli/command.ts';
import type { Arguments } from '../cli/arguments.ts';
import { openSite, openUnconfigured } from '../cli/site.ts';
import { openHosts } from '../cycle/hosts.ts';
import { keys } from '../init/finding.ts';
import { isShipped } from '../init/shipped.ts';
import { modifiedMs, readIfThere, replaceFile } from '../io/files.ts';
import { runProgram } from '../io/program.ts';
import { machineIdentity } from '../io/recording.ts';
import { readOwnSshConfig } from '../io/ssh-config.ts';
import { print, printError, printWidth } from '../io/terminal.ts';
import { compareWith } from './init/compare-with.ts';
import { configurationOf, type Survey, survey } from './init/survey.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'looks at this machine, and writes a commented configuration of what is worth watching',
  options: {
    config: {
      ...configOption['config']!,
      summary: 'the configuration to write (default: where all commands look for it)',
    },
    output: { type: 'string', value: 'FILE', summary: 'write to this new file; `-` prints the configuration' },
    ...dryRunOption,
    diff: {
      type: 'boolean',
      summary: 'list what the configuration does not watch, and what it names that is not there',
    },
    streams: {
      type: 'string',
      value: 'FOLDER',
      isRepeatable: true,
      summary: 'search this folder for streams: folders or files named by date; may be repeated',
    },
  },

  async run(asked) {
    const { path, isSystemWide } = configurationPath(textOption(asked, 'config'));
    const streamsIn = (asked.lists?.['streams'] ?? []).map((folder) => absolute(folder));
    const about = { streamsIn, sshConfig: readOwnSshConfig(), at: new Date() };
    if (asked.options['diff'] === true) {
      if (asked.options['output'] !== undefined) throw new Usage('--diff writes nothing: leave --output out');
      const { config, places } = await openSite(textOption(asked, 'config'));
      print(await compareWith(config, { ...about, open: (some) => openHosts(some.hosts, apart(places), some) }));
      return exitCodes.ok;
    }
    const output = textOption(asked, 'output');
    const onlyPrints = output === '-' || asked.options['dry-run'] === true;
    const target = output === undefined || onlyPrints ? path : absolute(output);
    const existing = readExisting(path);
    if (!onlyPrints) refuseTaken(target, output === undefined ? existing : readExisting(target));
    // Started by root, a child looks around: as the owner of the state, who cannot write the configuration.
    if (!onlyPrints && process.getuid?.() === 0) {
      await writeByChild(asked, path, target);
      const isInUse = target === path && isSystemWide && modifiedMs('/run/systemd/system') !== undefined;
      if (isInUse) await showNextCycle();
      return exitCodes.ok;
    }
    const files = filesOf(existing, path, isSystemWide);
    const places = openUnconfigured(files);
    const found = await survey({
      ...about,
      site: siteName(),
      files: withoutUndefined(files),
      open: (config) => openHosts(config.hosts, apart(places), config),
    });
    if (onlyPrints) {
      printError(`${summaryOf(found)}\n`);
      print(found.text.replace(/\n$/, ''));
    } else {
      write(target, found.text);
      print(summaryOf(found));
      print(nextSteps(target, path));
    }
    return exitCodes.ok;
  },
};

/** A child that hangs is noted under names of our own: a stage must not take it for one that it left behind. */
const apart = (places: Places): Places => ({ ...places, runtime: join(places.runtime, 'init') });

function readExisting(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    throw new Usage(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Only a configuration that nobody has edited is replaced. */
function refuseTaken(target: string, existing: string | undefined): void {
  if (existing === undefined || isShipped(existing)) return;
  throw new Usage(
    `${target} is somebody’s configuration, and was left as it is.\n` +
      'What it does not watch: ops-monitor init --diff\nA new one beside it: ops-monitor init --output FILE',
  );
}

/** The folders of the installation, as the configuration that is replaced names them. */
function filesOf(existing: string | undefined, path: string, isSystemWide: boolean): Configuration['files'] {
  if (existing !== undefined) {
    const found = resolve({ path, text: existing });
    if ('config' in found) return found.config.files;
  }
  if (!isSystemWide || modifiedMs('/var/lib/ops-monitor') === undefined) return {};
  const textfiles = '/var/lib/node-exporter/textfile';
  return { state: '/var/lib/ops-monitor', ...(modifiedMs(textfiles) !== undefined ? { textfiles } : {}) };
}

function siteName(): string {
  const name = machineIdentity().hostname.split('.', 1)[0] ?? '';
  return /^[\w-]{1,63}$/.test(name) ? name : 'local';
}

/** Longer than all that the child may take: 9 s to look around, 12 s for the trial. */
const childSeconds = 45;
const mostCharacters = 1024 * 1024;

async function writeByChild({ lists }: Arguments, path: string, target: string): Promise<void> {
  const [script = ''] = process.argv.slice(1);
  const isDispatched = /(^|\/)ops-monitor\.(cjs|ts)$/.test(script);
  const { ending, stdout, stderr } = await runProgram({
    argv: [
      process.execPath,
      ...process.execArgv,
      script,
      ...(isDispatched ? ['init'] : []),
      `--config=${path}`,
      '--output=-',
      ...(lists?.['streams'] ?? []).map((folder) => `--streams=${absolute(folder)}`),
    ],
    variables: { HOME: process.env['HOME'] },
    seconds: childSeconds,
    output: { most: mostCharacters, beyond: 'fail' },
  });
  const said = stderr.trim();
  if (ending.by !== 'exit' || ending.code !== 0) {
    printError(said);
    throw new Error(
      `looking around failed (${ending.by === 'exit' ? `exit ${ending.code}` : ending.by}); nothing was written`,
    );
  }
  configurationOf(stdout);
  write(target, stdout);
  print(said);
  print(nextSteps(target, path));
}

const cycleUnit = 'ops-monitor-cycle.service';
/** A cycle takes seconds; a disk or host that hangs makes it take minutes. */
const cycleSeconds = 120;

/** Root waits for a cycle of the units; the verdict is read as the owner of the state. */
async function showNextCycle(): Promise<void> {
  printError(`Waiting for ${cycleUnit} …`);
  const argv = ['systemctl', 'start', cycleUnit];
  const { ending, stderr } = await runProgram({
    argv,
    seconds: cycleSeconds,
    output: { most: mostCharacters, beyond: 'cut' },
  });
  if (ending.by === 'exit' && ending.code === 0) {
    print('');
    const { statusCommand } = await import('./status.ts');
    await statusCommand.run({ options: {} });
    return;
  }
  const why = ending.by === 'exit' ? firstLine(stderr) || `exit ${ending.code}` : `no end within ${cycleSeconds} s`;
  printError(`${argv.join(' ')} failed: ${why}\nLook at: systemctl list-jobs; journalctl -u 'ops-monitor*' -n 30`);
}

function write(target: string, text: string): void {
  try {
    replaceFile(target, text, 0o644);
  } catch (error) {
    const advice = ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '')
      ? '; run it as root, or write elsewhere: --output FILE'
      : '';
    throw new Error(`writing ${target} failed${advice}`, { cause: error });
  }
}

function summaryOf({ findings, left, notes, troubles }: Survey): string {
  const watched = keys.flatMap((key) => {
    const names = findings.filter((one) => one.key === key && one.off === undefined).map(({ name }) => name);
    return names.length === 0 ? [] : [[key, `${names.length}: ${listed(names, 8)}`] as const];
  });
  // Suggestions of one key with one reason are one row.
  const suggested = new Map<string, { readonly key: string; readonly off: string; readonly names: string[] }>();
  for (const { key, name, off } of findings) {
    if (off === undefined || key === 'alerts') continue;
    const row = suggested.get(`${key} ${off}`) ?? { key, off, names: [] };
    row.names.push(name);
    suggested.set(`${key} ${off}`, row);
  }
  return [
    ...section('Watched:', watched),
    ...section(
      'Written as comments, for you to decide:',
      [...suggested.values()].map(({ key, off, names }) => [`${key} ${listed(names, 3)}`, off]),
    ),
    ...section(
      'Left out:',
      left.map(({ what, why }) => [what, why]),
    ),
    ...section(
      'Not well now:',
      troubles.map(({ level, message }) => [level, message]),
    ),
    ...notes.map((note) => oneLine(note)),
  ].join('\n');
}

const mostRows = 20;
const widest = 44;

function section(title: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, mostRows).map(([name, text]) => [firstLine(name, widest), firstLine(text)] as const);
  const more = rows.length > mostRows ? [`  and ${rows.length - mostRows} more`] : [];
  return [title, ...foldColumns(shown, { indent: '  ', width: printWidth() }), ...more];
}

const nextSteps = (target: string, path: string): string =>
  target === path
    ? `${target} is written. Read it; the next cycle uses it (by hand: ops-monitor run-cycle), then see: ops-monitor status. Later: ops-monitor init --diff`
    : `${target} is written; nothing uses it yet. Check it: ops-monitor check-config ${target}`;
