// Counts lines of the journal that a program wrote lately.
import type { Host } from '../contract/host.ts';
import { firstLine, listed } from '../core/text.ts';
import { runProgram } from './find.ts';

/** Where there are more, the lines before them are unknown. */
const mostLines = 20_000;

/** The messages of the units since then (`-5min`), the newest last. */
export async function readJournal(host: Host, units: readonly string[], since: string): Promise<readonly string[]> {
  const { exit_code, stdout, stderr } = await runProgram(host, [
    'journalctl',
    `--since=${since}`,
    '--output=cat',
    '--no-pager',
    `--lines=${mostLines}`,
    ...units.map((unit) => `--unit=${unit}`),
  ]);
  // A user who sees only some of the journal is told so there, and gets no lines.
  if (exit_code !== 0 || stderr.trim() !== '')
    throw new Error(`journalctl: ${firstLine(stderr) || `exit code ${exit_code}`}`);
  const lines = stdout.split('\n').filter((line) => line !== '' && line !== '-- No entries --');
  if (lines.length >= mostLines)
    throw new Error(
      `${listed(units)} wrote ${mostLines} lines or more since ${since}: the lines before them are not read`,
    );
  return lines;
}
