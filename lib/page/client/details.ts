// The explanation of one check, below its row: what was read, the limit, since when, who was told, the runbook.
import type { Observation } from '../../contract/observation.ts';
import { shellWord } from '../../core/harmless.ts';
import { formatBound, formatScalar } from '../../core/quantity.ts';
import { make, setText } from './dom.ts';
import { runbookElements } from './runbook.ts';
import { minuteOf } from './words.ts';
import { alertOf, type Known, sinceText, toldText } from './wrong.ts';

/** As explain.json has it: lib/health/explanation.ts. */
interface Explained {
  /** The name of its alert, for silences and acknowledgements. */
  readonly alert?: string;
  readonly limit_origin?: string;
  readonly since?: { readonly at: string; readonly atLeast: boolean };
  readonly cause?: { readonly id: string; readonly message: string };
  readonly read?: readonly {
    readonly name: string;
    readonly source: string;
    readonly collected_at?: string;
    readonly outcome: string;
    readonly data?: unknown;
  }[];
}

export type FetchText = (path: string) => Promise<string>;

export function detailsOf(observation: Observation, known: Known, fetchText: FetchText): HTMLElement {
  const { id, check, message, value, unit, limit, clears_when } = observation;
  const alert = alertOf(id, known.live);
  const since = make('dd', {}, sinceText(id, observation.level, known) || 'not known');
  const written = make('dd', {}, limit.key === '' ? 'a fact, not a setting' : limit.key);
  const told = toldText(alert) || 'nobody: no alert is active';
  const rows: [string, string | HTMLElement][] = [
    ['why', message],
    ['value', formatScalar(value, unit)],
    ['limit', formatScalar(limit.value, unit, formatBound)],
    ['written', written],
    ['since', since],
    ...(clears_when === undefined ? [] : [['clears', `when ${clears_when}`] as [string, string]]),
    ['told', alert && alert.recipients > 0 ? `${told} (${alert.recipients} so far)` : told],
  ];
  const read = make('div', {}, make('p', {}, 'Reading …'));
  const runbook = make('div', { class: 'runbook' });
  const commands = make('div');
  const showCommands = (named: string | undefined): void => {
    if (named === undefined || observation.level === 'green') return;
    const word = shellWord(named);
    commands.replaceChildren(
      commandLine(`ops-monitor ack ${word} --reason "…"`),
      commandLine(`ops-monitor silence ${word} --for 4h --reason "…"`),
    );
  };
  showCommands(alert?.id);
  const box = make(
    'div',
    { 'data-details': id },
    make(
      'dl',
      {},
      ...rows.flatMap(([term, content]) => [
        make('dt', {}, term),
        content instanceof HTMLElement ? content : make('dd', {}, content),
      ]),
    ),
    commandLine(`ops-monitor explain ${shellWord(id)}`),
    commands,
    read,
    runbook,
  );
  void fetchText(`explain.json?id=${encodeURIComponent(id)}`).then(
    (text) => showExplained(JSON.parse(text) as Explained, { since, written, read, showCommands }),
    () =>
      read.replaceChildren(
        make('p', {}, 'What was read is told by `ops-monitor dashboard` only, or by the command above.'),
      ),
  );
  void fetchText(`runbooks/${encodeURIComponent(check)}.md`).then(
    (text) => runbook.replaceChildren(...runbookElements(text)),
    () => runbook.replaceChildren(make('p', {}, `Runbook: ${observation.runbook}`)),
  );
  return box;
}

function showExplained(
  { alert, limit_origin, since, cause, read = [] }: Explained,
  into: Readonly<Record<'since' | 'written' | 'read', HTMLElement>> & {
    readonly showCommands: (named?: string) => void;
  },
): void {
  into.showCommands(alert);
  if (limit_origin !== undefined) setText(into.written, limit_origin);
  if (since) setText(into.since, `${since.atLeast ? 'at least ' : ''}${minuteOf(since.at)}`);
  into.read.replaceChildren(
    ...(cause ? [make('p', {}, `Cause: ${cause.id}: ${cause.message}`)] : []),
    ...read.flatMap(({ name, source, collected_at, outcome, data }) => [
      make('p', {}, `Read ${name}${collected_at === undefined ? '' : `, at ${minuteOf(collected_at)}`}: ${outcome}`),
      make('p', {}, `by ${source}`),
      ...(data === undefined ? [] : [make('pre', { tabindex: 0 }, JSON.stringify(data, undefined, 2))]),
    ]),
  );
}

/** The page cannot write: it shows the command, ready to copy. */
function commandLine(text: string): HTMLElement {
  const button = make('button', { type: 'button', class: 'copy' }, 'copy');
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(text).then(
      () => setText(button, 'copied'),
      () => setText(button, 'select it'),
    );
  });
  return make('p', { class: 'command' }, make('code', {}, text), button);
}
