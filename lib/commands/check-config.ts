// ops-monitor check-config: lists the mistakes of a configuration, or else its effective values; with --try, whether what it
// names is there.
import { type Effective, effectiveValues } from '../config/origin.ts';
import { isBrokenConfiguration } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import { beatUrlProblem } from '../core/beat.ts';
import { displayWidth, fold, foldColumns, padded } from '../core/columns.ts';
import { counted } from '../core/text.ts';
import { maskUrls } from '../core/urls.ts';
import { makeNet } from '../io/net.ts';
import { painter, print, printError, printWidth } from '../io/terminal.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { openSite, type Site } from '../cli/site.ts';

export const checkConfig: Command = {
  name: 'check-config',
  summary: 'validates a configuration: lists its mistakes, or its effective values and where each was written',
  operand: '[FILE]',
  options: {
    ...configOption,
    all: { type: 'boolean', summary: 'print the defaults too, not only the values that the file sets' },
    try: {
      type: 'boolean',
      summary: 'try each thing that it names (paths, machines, units, URLs, mail servers), read-only, within 30 s',
    },
    json: { type: 'boolean', summary: 'print the effective values, or what was tried, as JSON' },
  },

  async run(asked) {
    const option = textOption(asked, 'config');
    if (asked.operand !== undefined && option !== undefined)
      throw new Usage(`name one configuration: ${asked.operand}, or --config ${option}`);
    const wasRoot = process.getuid?.() === 0;
    let site: Site;
    try {
      site = await openSite(asked.operand ?? option);
    } catch (error) {
      if (!isBrokenConfiguration(error)) throw error;
      for (const problem of error.broken.problems) printError(problem);
      printError(`\nThe configuration is wrong in ${counted(error.broken.count, 'place')}; nothing was changed.`);
      return exitCodes.usage;
    }
    const { source, config, places } = site;
    const wrongUrl = heartbeatProblem(config);
    if (wrongUrl !== undefined) {
      printError(wrongUrl);
      return exitCodes.usage;
    }
    if (asked.options['try'] === true) return tryAll(site, wasRoot, asked.options['json'] === true);
    if (asked.options['json'] === true) {
      print(maskUrls(JSON.stringify({ ...config, places }, undefined, 2)));
      return exitCodes.ok;
    }
    const values = effectiveValues(source);
    // Without a configuration all values are defaults: they are shown without --all.
    const shown = asked.options['all'] === true || !source ? values : values.filter(({ line }) => line !== undefined);
    const [unset, exposed] = [missingSecrets(values), exposedSecrets(values)];
    const width = printWidth();
    const sentence = (words: string): string[] => fold(words, width);
    const rest = values.length - shown.length;
    const parts = [
      [source?.path ?? 'No configuration file: all values are defaults.'],
      table(shown),
      rest > 0 ? sentence(`Beside these, ${counted(rest, 'default')} apply; --all prints them too.`) : [],
      ['Files are written to', ...foldColumns(Object.entries(places), { indent: '  ', width })],
      exposed.length > 0
        ? [...sentence('Secrets that stand in this file; others read, print and copy it:'), ...exposed]
        : [],
      unset.length > 0
        ? [...sentence('Secrets not set in this shell; the unit that uses them may have them:'), ...unset]
        : [],
      source ? sentence(`The configuration is valid: ${source.path}`) : ['No configuration file is needed.'],
    ];
    const text = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
    print(text.join('\n\n'));
    return exitCodes.ok;
  },
};

async function tryAll(site: Site, wasRoot: boolean, asJson: boolean): Promise<number> {
  const { tryConfiguration } = await import('./trial/trial.ts');
  const { describeUser, isAllOk, renderTrial, trialAsJson } = await import('./trial/render.ts');
  const findings = await tryConfiguration(site);
  print((asJson ? trialAsJson : renderTrial)(findings, site, describeUser(site, wasRoot)));
  return isAllOk(findings) ? exitCodes.ok : exitCodes.failed;
}

/** Only where the secret is set in this shell; confirm-cycle refuses such a URL in any case. */
function heartbeatProblem({ heartbeat }: Configuration): string | undefined {
  const found = heartbeat && makeNet().secret(heartbeat.url);
  if (!heartbeat || !found || 'missing' in found) return undefined;
  const problem = beatUrlProblem(heartbeat.style, found.value);
  return problem && `heartbeat.url (${heartbeat.url}): ${problem}`;
}

/** Wider lines are hard to read; a narrower terminal would break them. */
const columns = (): number => Math.min(80, printWidth());

/** One line for each value; a line too long for a terminal is split, with the value below its key. */
function table(values: readonly Effective[]): string[] {
  const paint = painter();
  const origin = ({ line }: Effective): string => (line === undefined ? 'default' : `line ${line}`);
  const keyOf = ({ key }: Effective): string => key;
  const widest = (pick: (one: Effective) => string): number =>
    Math.max(0, ...values.map((one) => displayWidth(pick(one))));
  const originWidth = widest(origin);
  const keyWidth = Math.min(44, widest(keyOf));
  return values.map((one) => {
    const line = `${padded(origin(one), originWidth)}  ${padded(one.key, keyWidth)}  ${one.value}`;
    if (line.length <= columns()) return one.line === undefined ? paint('dim', line) : line;
    const indent = ' '.repeat(originWidth + 4);
    return [`${padded(origin(one), originWidth)}  ${one.key}`, ...folded(`${indent}${one.value}`, indent)].join('\n');
  });
}

/** Breaks lines at spaces only, so that a path or URL can be copied. */
function folded(text: string, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > columns()) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const exposedSecrets = (values: readonly Effective[]): string[] =>
  values.flatMap(({ key, line, suspects = [] }) =>
    suspects.flatMap((name) =>
      folded(
        `  ${key} (line ${line}): \`${name}=\` looks like one; write \`${name}=$NAME\` and set NAME for collect-snapshot`,
        '    ',
      ),
    ),
  );

/** Secrets are looked up as the stages do. A missing one is a note, not a mistake: a unit may have secrets that a shell does not. */
function missingSecrets(values: readonly Effective[]): string[] {
  const net = makeNet();
  return values.flatMap(({ key, secrets = [] }) =>
    secrets.flatMap((name) => {
      const found = net.secret(name);
      return 'missing' in found ? folded(`  ${key}: ${found.missing}`, '    ') : [];
    }),
  );
}
