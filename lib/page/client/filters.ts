// The filters of the table of checks, kept in the address so that a link shows the same.
import { type Level, levels, worstFirst } from '../../core/level.ts';
import { make, setText } from './dom.ts';

export interface Filters {
  readonly level: Level | '';
  readonly group: string;
  readonly text: string;
  /** The observation whose explanation is open. */
  readonly open: string;
}

export function readFilters(address: string): Filters {
  const query = new URLSearchParams(address.replace(/^#/, ''));
  return {
    level: levels.find((level) => level === query.get('level')) ?? '',
    group: query.get('group') ?? '',
    text: query.get('text') ?? '',
    open: query.get('open') ?? '',
  };
}

export function writeFilters(filters: Filters): string {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
  return query.size === 0 ? '' : `#${query.toString()}`;
}

export const fitsFilters = (
  { level, group, text }: Filters,
  one: { readonly level: Level; readonly group: string; readonly id: string; readonly message: string },
): boolean =>
  (level === '' || one.level === level) &&
  (group === '' || one.group === group) &&
  text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${one.id} ${one.group} ${one.message}`.toLowerCase().includes(word));

export interface FilterBar {
  readonly element: readonly HTMLElement[];
  readonly focus: () => void;
  readonly show: (filters: Filters, counts: Readonly<Record<Level, number>>, groups: readonly string[]) => void;
}

/** Buttons for the levels, a list of groups, a field for text. */
export function filterBar(change: (filters: Partial<Filters>) => void): FilterBar {
  const buttons = (['', ...worstFirst] as const).map((level) => {
    const button = make('button', { type: 'button', 'aria-pressed': 'false' });
    button.addEventListener('click', () => change({ level }));
    return { level, button };
  });
  const group = make('select', { 'aria-label': 'group' }) as HTMLSelectElement;
  group.addEventListener('change', () => change({ group: group.value }));
  const text = make('input', {
    type: 'search',
    placeholder: 'filter: hatpro, mirror, …  ( / )',
    'aria-label': 'text in name, group or message',
  }) as HTMLInputElement;
  text.addEventListener('input', () => change({ text: text.value }));
  return {
    element: [...buttons.map(({ button }) => button), group, text],
    focus: () => text.focus(),
    show: (filters, counts, groups) => {
      const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
      for (const { level, button } of buttons) {
        setText(button, level === '' ? `all ${all}` : `${level} ${counts[level]}`);
        button.setAttribute('aria-pressed', String(filters.level === level));
      }
      const known = ['', ...groups];
      if (group.childElementCount !== known.length)
        group.replaceChildren(
          ...known.map((name) => make('option', { value: name }, name === '' ? 'all groups' : name)),
        );
      group.value = filters.group;
      if (document.activeElement !== text) text.value = filters.text;
    },
  };
}
