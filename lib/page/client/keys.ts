// Keys. They do nothing while somebody types in a field, or with a modifier.
import type { Level } from '../../core/level.ts';
import { byId, make } from './dom.ts';
import type { Filters } from './filters.ts';
import { stepRow } from './table.ts';

const help: readonly [keys: string, what: string][] = [
  ['/', 'filter by text'],
  ['1 2 3 4', 'only red, unknown, amber, green; again: all'],
  ['j k', 'next and previous check'],
  ['Enter', 'open or close the explanation'],
  ['a s', 'show the command that acknowledges or silences'],
  ['← →', 'in a strip: earlier and later'],
  ['Esc', 'close, clear the filters'],
  ['?', 'this list'],
];

const levelKeys: Readonly<Record<string, Level>> = { '1': 'red', '2': 'unknown', '3': 'amber', '4': 'green' };

export interface KeyActions {
  readonly filters: () => Filters;
  readonly change: (filters: Partial<Filters>) => void;
  readonly focusText: () => void;
  readonly open: (id: string) => void;
}

export function listenToKeys({ filters, change, focusText, open }: KeyActions): void {
  const dialog = byId('help') as HTMLDialogElement;
  byId('keys').append(...help.flatMap(([keys, what]) => [make('dt', {}, keys), make('dd', {}, what)]));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target instanceof HTMLElement && event.target.closest('input, select, textarea');
    if (event.key === 'Escape' && !dialog.open) {
      if (field instanceof HTMLElement) field.blur();
      return change({ level: '', group: '', text: '', open: '' });
    }
    if (field || dialog.open) return;
    const level = levelKeys[event.key];
    if (level !== undefined) return change({ level: filters().level === level ? '' : level });
    if (event.key === 'j' || event.key === 'k') return stepRow(event.key === 'j' ? 1 : -1);
    if (event.key === '?') return dialog.showModal();
    if (event.key === '/') {
      event.preventDefault();
      return focusText();
    }
    if (event.key === 'a' || event.key === 's') {
      const id = document.querySelector<HTMLElement>('tr.current')?.dataset['id'];
      if (id !== undefined && filters().open !== id) open(id);
      const word = event.key === 'a' ? ' ack ' : ' silence ';
      const line = [...document.querySelectorAll('.command')].find((one) => one.textContent.includes(word));
      line?.querySelector('button')?.focus();
    }
  });
}
