// The table of all checks. Rows are kept by id and only their texts change, so that focus and selection stay where they are.
import type { Observation } from '../../contract/observation.ts';
import { worstFirst } from '../../core/level.ts';
import { detailsOf, type FetchText } from './details.ts';
import { byId, make, markOf, setChildren, setText } from './dom.ts';
import { type Filters, fitsFilters } from './filters.ts';
import { nameOf, minuteOf } from './words.ts';
import { type Known, sinceOf } from './wrong.ts';

interface Row {
  readonly element: HTMLElement;
  readonly mark: HTMLElement;
  readonly button: HTMLElement;
  readonly message: HTMLElement;
  readonly group: HTMLElement;
  readonly since: HTMLElement;
}

const rows = new Map<string, Row>();
let details: { readonly id: string; readonly signature: string; readonly element: HTMLElement } | undefined;

export interface TableInput {
  readonly observations: readonly Observation[];
  readonly filters: Filters;
  readonly known: Known;
  readonly open: (id: string) => void;
  readonly fetchText: FetchText;
}

export function drawTable({ observations, filters, known, open, fetchText }: TableInput): void {
  const groupOf = ({ check }: Observation): string => known.trends?.checks[check] ?? '';
  const sorted = worstFirst.flatMap((level) => observations.filter((one) => one.level === level));
  const shown = sorted.filter((one) => fitsFilters(filters, { ...one, group: groupOf(one) }));
  const wanted: HTMLElement[] = [];
  for (const observation of shown) {
    const { id, level } = observation;
    const row = rows.get(id) ?? newRow(id, open);
    rows.set(id, row);
    setChildren(row.mark, level, () => [markOf(level), make('span', {}, ` ${level}`)]);
    row.element.setAttribute('data-level', level);
    row.button.setAttribute('aria-expanded', String(filters.open === id));
    setText(row.message, observation.message);
    setText(row.group, groupOf(observation));
    const since = sinceOf(id, level, known);
    setText(row.since, since ? `${since.isAtLeast ? 'before ' : ''}${minuteOf(since.at).replace(' UTC', '')}` : '');
    wanted.push(row.element);
    if (filters.open === id) wanted.push(detailsRow(observation, known, fetchText));
  }
  const current = new Set(observations.map(({ id }) => id));
  for (const id of rows.keys()) if (!current.has(id)) rows.delete(id);
  const body = byId('rows');
  if (wanted.length !== body.children.length || wanted.some((element, index) => body.children[index] !== element))
    placeInOrder(body, wanted);
  byId('none').hidden = shown.length > 0 || observations.length === 0;
}

/** Moves only what is not in its place: an element that is moved loses the focus. */
function placeInOrder(body: HTMLElement, wanted: readonly HTMLElement[]): void {
  const keep = new Set<Element>(wanted);
  for (const element of Array.from(body.children)) if (!keep.has(element)) element.remove();
  for (const [index, element] of wanted.entries())
    if (body.children[index] !== element) body.insertBefore(element, body.children[index] ?? null);
}

function newRow(id: string, open: (id: string) => void): Row {
  const mark = make('td', { class: 'level' });
  const button = make('button', { type: 'button' }, nameOf(id));
  button.addEventListener('click', () => open(id));
  const message = make('td', { class: 'wide message' });
  const group = make('td', { class: 'wide' });
  const since = make('td', { class: 'wide' });
  const element = make('tr', { 'data-id': id }, mark, make('th', { scope: 'row' }, button), message, group, since);
  return { element, mark, button, message, group, since };
}

/** Built anew only when the check itself says something else: a runbook that is being read must not jump. */
function detailsRow(observation: Observation, known: Known, fetchText: FetchText): HTMLElement {
  const signature = JSON.stringify([observation, known.live?.alerts.find(({ of }) => of.includes(observation.id))]);
  if (details?.signature !== signature) {
    const cell = make('td', { colspan: 5 }, detailsOf(observation, known, fetchText));
    details = { id: observation.id, signature, element: make('tr', { class: 'details' }, cell) };
  }
  return details.element;
}

/** Moves by `step` rows; returns the id of the row that is then current. */
export function stepRow(step: number): void {
  const all = [...byId('rows').querySelectorAll<HTMLElement>('tr[data-id]')];
  const now = all.findIndex((row) => row.classList.contains('current') || row.contains(document.activeElement));
  for (const row of all) row.classList.remove('current');
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  next?.classList.add('current');
  next?.querySelector('button')?.focus();
}
