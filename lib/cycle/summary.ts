// Renders what run-cycle prints: the verdict, what is wrong and why, what is green, and where the files are.
import { fold, foldColumns, padded } from '../core/columns.ts';
import { worstFirst } from '../core/level.ts';
import { shellWord } from '../core/harmless.ts';
import { clockMinute } from '../core/time.ts';
import type { Observation } from '../contract/observation.ts';
import { dependentsInWords, type Folded, foldFindings } from '../engine/findings.ts';
import type { Health } from '../health/files.ts';
import type { Paint } from '../io/terminal.ts';
import type { Snapshot } from '../snapshot/files.ts';

export interface SummaryInput {
  readonly health: Health;
  readonly snapshot: Snapshot | undefined;
  readonly version: string;
  readonly files: readonly (readonly [what: string, path: string])[];
  readonly paint: Paint;
  /** Columns of the terminal; Infinity where lines are not broken. */
  readonly width: number;
  /** The `explain` command line to suggest, with the given configuration. */
  readonly explainWith: string;
}

export function renderSummary(input: SummaryInput): string {
  const { health, snapshot, version, files, paint, width } = input;
  const { overall_level, counts, site, hostname, assessed_at } = health;
  const tally = worstFirst.toReversed().map((level) => {
    const count = counts[level] ?? 0;
    return count === 0 ? paint('dim', `0 ${level}`) : paint(level, `${count} ${level}`);
  });
  const notWatched = new Map<string, string[]>();
  for (const [name, section] of Object.entries(snapshot?.sections ?? {})) {
    if (section.status === 'absent') notWatched.set(section.reason, [...(notWatched.get(section.reason) ?? []), name]);
  }
  const wrong = foldFindings(health.observations);
  const hanging = ' '.repeat(width < 60 ? 4 : 16);
  const folded = (lines: readonly string[]): string[] => lines.flatMap((line) => fold(line, width, hanging));
  return [
    ...folded([
      `${paint('bold', `ops-monitor ${version}`)}  ${site} on ${hostname}, ${clockMinute(new Date(assessed_at))}`,
    ]),
    '',
    ...folded([`  ${paint(overall_level, `● ${overall_level.toUpperCase()}`)}   ${tally.join(', ')}`]),
    '',
    ...folded(wrong.flatMap((finding) => findingLines(finding, paint))),
    ...folded(good(health, paint)),
    ...folded([...notWatched].map(([reason, names]) => paint('dim', `  not watched   ${names.join(', ')}: ${reason}`))),
    ...why(input, wrong[0]?.observation),
    '',
    ...foldColumns(files, { indent: '  ', width }),
    '',
    ...fold(
      paint('dim', '  Observe-only: nothing was changed, and no automated healing action was taken.'),
      width,
      '  ',
    ),
  ].join('\n');
}

/** One finding, of all checks that say the same: a path that does not exist is one, however many checks need its reading. */
function findingLines({ observation, same, dependents }: Folded<Observation>, paint: Paint): string[] {
  const { level, message, clears_when } = observation;
  const ids = [observation, ...same].map(({ id }) => id).join(', ');
  const words = dependentsInWords({ dependents });
  return [
    `  ${padded(paint(level, level), 14)}${message}`,
    paint('dim', `                ${ids}${clears_when ? `, clears when ${clears_when}` : ''}`),
    ...(words === '' ? [] : [paint('dim', `                ${words}: ${dependents.map(({ id }) => id).join(', ')}`)]),
  ];
}

/** One suggestion for the worst finding, ready to be pasted. */
function why({ explainWith, paint, width }: SummaryInput, worst: { readonly id: string } | undefined): string[] {
  if (!worst) return [];
  return [
    '',
    // A command line is left whole, so that it can be copied.
    `  why           ${explainWith} ${shellWord(worst.id)}`,
    ...fold(paint('dim', '                and the same with any other name above'), width, ' '.repeat(16)),
  ];
}

function good(health: Health, paint: Paint): string[] {
  const subjects = new Map<string, string[]>();
  for (const { check, subject, level } of health.observations) {
    if (level === 'green') subjects.set(check, [...(subjects.get(check) ?? []), subject]);
  }
  return [...subjects].map(([check, names]) => `  ${paint('green', 'green')}         ${check}: ${names.join(', ')}`);
}
