// Prints what was tried: one line for each thing, and who tried it.
import type { Site } from '../../cli/site.ts';
import { fold, foldColumns, padded } from '../../core/columns.ts';
import { counted } from '../../core/text.ts';
import { machineIdentity } from '../../io/recording.ts';
import { painter, printWidth } from '../../io/terminal.ts';
import { keyOf, type Outcome } from './finding.ts';
import type { LocatedFinding } from './trial.ts';

const words: Readonly<Record<Outcome, string>> = { ok: 'OK', problem: 'problem', unknown: 'cannot tell' };
const colours = { ok: 'green', problem: 'red', unknown: 'unknown' } as const;

export function renderTrial(findings: readonly LocatedFinding[], { source }: Site, who: string): string {
  const [paint, width] = [painter(), printWidth()];
  const lineOf = ({ line }: LocatedFinding): string => (line === undefined ? 'default' : `line ${line}`);
  const outcomeWidth = Math.max(...Object.values(words).map(({ length }) => length));
  const lineWidth = Math.max(0, ...findings.map((finding) => lineOf(finding).length));
  const rows = findings.map((finding): [string, string] => {
    const { outcome, says } = finding;
    const word = paint(colours[outcome], padded(words[outcome], outcomeWidth));
    return [`${word}  ${padded(lineOf(finding), lineWidth)}`, `${keyOf(finding)}: ${says}`];
  });
  const counts = countsOf(findings);
  const parts = [
    [source?.path ?? 'No configuration file: all values are defaults, which name nothing to try.'],
    foldColumns(rows, { indent: '', width }),
    [who, 'Only looked at: nothing was sent, posted or pinged, and no plugin was run.'].flatMap((line) =>
      fold(line, width),
    ),
    [`${counts.ok} OK, ${counted(counts.problem, 'problem')}, ${counts.unknown} cannot be told`],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

export const trialAsJson = (findings: readonly LocatedFinding[], { source }: Site, who: string): string =>
  JSON.stringify(
    {
      configuration: source?.path,
      tried_as: who,
      counts: countsOf(findings),
      tried: findings.map((finding) => {
        const { line, outcome, says } = finding;
        return { key: keyOf(finding), line, outcome, says };
      }),
    },
    undefined,
    2,
  );

export const isAllOk = (findings: readonly LocatedFinding[]): boolean =>
  findings.every(({ outcome }) => outcome === 'ok');

function countsOf(findings: readonly LocatedFinding[]): Record<Outcome, number> {
  const counts = { ok: 0, problem: 0, unknown: 0 };
  for (const { outcome } of findings) counts[outcome] += 1;
  return counts;
}

/** The units run as the owner of the state: another user may see more or less than they. */
export function describeUser({ places }: Site, wasRoot: boolean): string {
  const user = machineIdentity().user || `the user ${process.getuid?.()}`;
  if (wasRoot && process.getuid?.() !== 0) return `Tried as ${user}, who owns ${places.state}, in place of root.`;
  return `Tried as ${user}: units that run as another user may see more or less.`;
}
