// Counts lines of the journal that a program wrote lately.
import type { Host } from '../contract/host.ts';
import { firstLine, listed } from '../core/text.ts';
import { runProgram } from './find.ts';

/** journalctl prints the newest lines, and no more than this: whether earlier ones match is then not known. */
const mostLines = 20_000;

/** The messages that the units wrote since a time, such as `-5min`, the newest last. */
export async function readJournal(host: Host, units: readonly string[], since: string): Promise<readonly string[]> {
  const { exit_code, stdout, stderr } = await runProgram(host, [
    'journalctl',
    `--since=${since}`,
    '--output=cat',
    '--no-pager',
    `--lines=${mostLines}`,
    ...units.map((unit) => `--unit=${unit}`),
  ]);
  // journalctl says on standard error that a user may not see all of the journal: what it then prints is no reading.
  if (exit_code !== 0 || stderr.trim() !== '')
    throw new Error(`journalctl: ${firstLine(stderr) || `exit code ${exit_code}`}`);
  const lines = stdout.split('\n').filter((line) => line !== '' && line !== '-- No entries --');
  if (lines.length >= mostLines)
    throw new Error(
      `${listed(units)} wrote ${mostLines} lines or more since ${since}: the lines before them are not read`,
    );
  return lines;
}
