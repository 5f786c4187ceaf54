// Findings → the text of a configuration. Every value is quoted where YAML could read it as anything else; suggestions are
// comments.
import { oneLine } from '../core/harmless.ts';
import { type Finding, type Key, keys, type Plain } from './finding.ts';

export interface Written {
  readonly site: string;
  readonly day: string;
  /** The folders of the installation; empty where the defaults hold. */
  readonly files: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

const titles: Readonly<Record<Key, string>> = {
  filesystems: 'Filesystems that hold data (from the table of mounts).',
  services:
    'Units that people enabled (from systemctl): servers, and units that no package brought. A unit that fails is red and\n' +
    '# mailed; one that is stopped is amber, and mailed only where a stream depends on it: `streams.NAME.units`.',
  endpoints: 'Web pages that this machine serves (one GET of `/` on each port that listens).',
  git: 'Git checkouts (in /opt, /srv, /root and /home): uncommitted changes and missing commits are amber.',
  streams: 'Data streams (from --streams): red when nothing new came within the window.',
  hosts:
    'Other machines that your ~/.ssh/config names. Nothing was connected to. The monitor’s user does not read that file: write\n' +
    '# `USER@ADDRESS`, or keep a copy that this user may read and name it: `ssh-config: FILE`.',
  gpus: 'GPUs of this machine (nvidia-smi answers).',
  plugins: 'Nagios plugins that are installed.',
  metrics: 'Textfiles that other programs write for Prometheus.',
  alerts: 'Who is mailed about alerts.',
};

/** The lines of each key that has an entry. */
const blocksOf = (findings: readonly Finding[]): string[][] =>
  keys.flatMap((key) => {
    const own = findings.filter((finding) => finding.key === key);
    return own.length === 0 ? [] : [renderBlock(key, own)];
  });

/** Entries to add to a configuration by hand. */
export const renderEntries = (findings: readonly Finding[]): string[] => blocksOf(findings).flat();

export function renderConfiguration({ site, day, files, findings }: Written): string {
  return [
    [
      `# What ops-monitor watches here: written by \`ops-monitor init\` on ${day} from what it found, and yours to edit.`,
      '# Lines that begin with `#` have no effect; each says why it is one. After a change: ops-monitor check-config',
    ],
    [`site: ${scalar(site)} # the name in reports, mails and the page`],
    ...(Object.keys(files).length === 0
      ? []
      : [['files:', ...Object.entries(files).map(([name, folder]) => `  ${name}: ${scalar(folder)}`)]]),
    ...blocksOf(findings),
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function renderBlock(key: Key, findings: readonly Finding[]): string[] {
  const isOff = findings.every(({ off }) => off !== undefined);
  return [`# ${titles[key]}`, isOff ? `# ${key}:` : `${key}:`, ...aligned(findings.map(entryOf))];

  function entryOf({ name, value, where, off }: Finding): Entry {
    const text = key === 'services' ? `- ${flow(value)}` : `${scalar(name)}: ${flow(value)}`;
    const words = [where, off ?? ''].filter((part) => part !== '').join('; ');
    return { start: off === undefined ? '  ' : '#   ', text, comment: words === '' ? '' : `# ${oneLine(words)}` };
  }
}

interface Entry {
  /** Two spaces, behind a `#` where the entry is a suggestion. */
  readonly start: string;
  readonly text: string;
  readonly comment: string;
}

/** Comments stand in one column, and above an entry that is too long for that. */
const columns = 56;

function aligned(entries: readonly Entry[]): string[] {
  const lengthOf = ({ start, text }: Entry): number => start.length + text.length;
  const width = Math.max(0, ...entries.map(lengthOf).filter((length) => length <= columns));
  return entries.flatMap((entry) => {
    const { start, text, comment } = entry;
    if (comment === '') return [`${start}${text}`];
    return lengthOf(entry) <= columns
      ? [`${`${start}${text}`.padEnd(width)} ${comment}`]
      : [`${start}${comment}`, `${start}${text}`];
  });
}

function flow(value: Plain): string {
  if (typeof value === 'string') return scalar(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${scalar(name)}: ${flow(inner)}`)
    .join(', ')} }`;
}

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** Words that some reader of YAML takes for something else than text. */
const taken = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** Plain where no reader of YAML can take it for anything but this text; else in double quotes, as in JSON, which is YAML. */
const scalar = (text: string): string =>
  (/^[A-Za-z/][\w./@+-]*$/.test(text) && !taken.test(text)) || /^[\d.]+[smhdw]$/.test(text)
    ? text
    : JSON.stringify(text);
