// The screen of `monitor live`: state, size and time → lines. Pure.
import { secondsSince } from '../../core/age.ts';
import {
  alignColumns,
  cutLine,
  displayWidth,
  dropCells,
  fold,
  foldColumns,
  padded,
  withoutColour,
} from '../../core/columns.ts';
import { terminalText } from '../../core/harmless.ts';
import type { Level } from '../../core/level.ts';
import { formatDuration } from '../../core/quantity.ts';
import { countsOf, severities } from '../../core/severity.ts';
import { counted } from '../../core/text.ts';
import { type Fleet, worstOf } from '../assess.ts';
import { onlyNode } from '../only.ts';
import { isOn, shownNodes } from '../summary.ts';
import type { Paint } from '../view.ts';
import { alerts } from '../views/alerts.ts';
import { cluster } from '../views/cluster.ts';
import { node as nodeView } from '../views/node.ts';
import { lastMinutes, measures, minutesKept, sparkline } from './history.ts';
import { type Assess, type LiveState, type Page, widthOf } from './state.ts';
import { tabAt, tabs } from './tabs.ts';

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
  readonly at: Date;
  /** Data older than this are shown as unknown. */
  readonly staleSeconds: number;
  readonly assess: Assess;
}

/** Columns before each line of the body, for the mark `›`. */
const gutter = 2;

const headHeight = 2;
const footHeight = 1;

export const bodyHeight = ({ height }: Pick<Look, 'height'>): number => Math.max(1, height - headHeight - footHeight);

const bodyWidth = ({ width }: Pick<Look, 'width'>): number => Math.max(10, width - gutter);

/** Columns of a view that is scrolled sideways. A mesh of hundreds of nodes is summed up instead. */
const wideColumns = 1000;

/** All lines of the present tab; the screen shows a part of them. */
export function bodyOf(state: LiveState, look: Look): readonly string[] {
  const width = state.left === undefined ? bodyWidth(look) : wideColumns;
  return state.isHelp ? helpLines(width) : shownLines(state, { ...look, width });
}

export const pageOf = (body: readonly string[], look: Look): Page => ({
  body,
  height: bodyHeight(look),
  width: bodyWidth(look),
});

export function frameOf(state: LiveState, page: Page, look: Look): readonly string[] {
  const rows = page.body.slice(state.top, state.top + page.height);
  const firsts = state.left ? firstColumns(page).slice(state.top) : [];
  const body = Array.from({ length: page.height }, (_, index) => {
    const [line = '', isHere] = [rows[index], state.top + index === state.cursor && rows[index] !== undefined];
    const shown = state.left ? dropCells(terminalText(line, true), state.left, firsts[index]) : line;
    return `${isHere ? look.paint('bold', '›') : ' '} ${shown}`;
  });
  return [headLine(state, look), tabLine(state, look), ...body, footLine(state, page, look)]
    .slice(0, look.height)
    .map((line) => cutLine(terminalText(line, true), look.width));
}

/** How wide the first column of a table is, its mark and the gap behind it included, for each line of the body: it stays while the
 * others scroll. 0 for lines that are no row of a table, and where it leaves the others less than half of the screen. */
function firstColumns({ body, width }: Page): readonly number[] {
  const second = body.map((line) => {
    const text = withoutColour(line);
    const [first] = /^ *(?:[●▲✖?] +)?\S+(?: \S+)* {2,}(?=\S)/.exec(text) ?? [];
    return first === undefined ? 0 : displayWidth(first);
  });
  // Where a cell of the second column is blank, the row seems to have a wider first one: the rows beside say how wide it is.
  let table: number[] = [];
  const all: number[] = [];
  const endTable = (): void => {
    const least = Math.min(...table);
    all.push(...table.map(() => (least > width / 2 ? 0 : least)));
    table = [];
  };
  for (const one of second) {
    if (one > 0) {
      table.push(one);
      continue;
    }
    endTable();
    all.push(0);
  }
  endTable();
  return all;
}

function shownLines(state: LiveState, look: Look): readonly string[] {
  const { fleet, filter, detail } = state;
  if (!fleet) return state.problem === undefined ? ['No node has answered yet.'] : [];
  if (detail !== undefined) return nodeLines(state, fleet, detail, look);
  const shown = filter === '' ? fleet : matching(fleet, filter);
  const { view } = tabAt(state.tab);
  if (filter !== '' && shownNodes(shown).length === 0) {
    if (shown.alerts.length === 0) return [`No node and no alert has "${filter}" in it. Esc shows all again.`];
    // A table without rows would be titles only.
    if (view !== alerts) return [`No node has "${filter}" in it, but the tab Alerts has. Esc shows all again.`];
  }
  const lines = view.render(shown, look, {});
  return view === cluster
    ? [...lines, ...lastReportLines(state, shown, look), ...hourLines(state, shown, look)]
    : lines;
}

/** Nodes with the text in their name, role or alerts, and alerts with it that are about no single node. Where no node has it: those
 * that gave the evidence of these alerts. */
function matching(fleet: Fleet, text: string): Fleet {
  const has = (...words: readonly (string | null | undefined)[]): boolean =>
    words.some((word) => word?.toLowerCase().includes(text.toLowerCase()));
  const named = new Set(shownNodes(fleet).filter((name) => has(name, fleet.facts[name]?.role)));
  const found = fleet.alerts.filter(({ id, message, subsystem, severity }) => has(id, message, subsystem, severity));
  const about = new Set([...named, ...found.flatMap(({ node }) => node ?? [])]);
  const shown = about.size > 0 ? about : new Set(found.flatMap(({ evidence }) => Object.keys(evidence)));
  return {
    ...fleet,
    // All alerts of the nodes that are shown: a node's level is that of its worst.
    alerts: fleet.alerts.filter((alert) => found.includes(alert) || [...shown].some((name) => isOn(alert, name))),
    shown: shownNodes(fleet).filter((name) => shown.has(name)),
  };
}

/** The detail of a node. Where the node does not report now, its last report stands below, with its age. */
function nodeLines(state: LiveState, fleet: Fleet, node: string, look: Look): readonly string[] {
  const now = onlyNode(fleet, node);
  const last = state.reports[node];
  const lines = nodeView.render(now, look, {});
  if (!last || fleet.facts[node]?.reached !== false) return lines;
  const old = look.assess({ ...fleet, nodes: { [node]: last } });
  return [
    ...lines,
    '',
    look.paint('bold', `Its last report, ${ageText(last.asked_at, look.at)} ago:`),
    ...nodeView.render(onlyNode(old, node), look, {}),
  ];
}

function lastReportLines({ reports }: LiveState, fleet: Fleet, { paint, at }: Look): readonly string[] {
  const silent = shownNodes(fleet).filter((name) => fleet.facts[name]?.reached === false && reports[name]);
  if (silent.length === 0) return [];
  const rows = silent.map((name) => [name, `${ageText(reports[name]?.asked_at, at)} ago`]);
  return ['', paint('bold', 'Last reports of nodes that do not report now'), ...alignColumns(rows)];
}

const hourTitle = 'Last hour';

/** Sparklines: alerts of the fleet, memory and load of each node. */
function hourLines({ history }: LiveState, fleet: Fleet, { paint, width, at }: Look): readonly string[] {
  if (history.length === 0) return [];
  const now = history.at(-1);
  const first = Math.min(20, Math.max(hourTitle.length, ...shownNodes(fleet).map(displayWidth)));
  const figure = 6;
  // A minute is a cell, as many of the last as there is room for.
  const minutes = Math.max(5, Math.min(minutesKept, Math.floor((width - first - 2) / measures.length) - figure - 3));
  const alertsAt = lastMinutes(history, minutes, at, ({ alerts }) => alerts);
  const rows = shownNodes(fleet).map((name) =>
    [
      padded(cutLine(name, first), first),
      ...measures.map((measure) => {
        const values = lastMinutes(history, minutes, at, ({ nodes }) => nodes[name]?.[measure]);
        const value = now?.nodes[name]?.[measure];
        const text =
          value === undefined ? '-' : measure === 'mem_use_pct' ? `${Math.round(value)} %` : value.toFixed(2);
        return `${sparkline(values, mostOf(measure, values))} ${text.padStart(figure)}`;
      }),
    ].join('  '),
  );
  const titles = ['memory', 'load'].map((title) => padded(title, minutes + 1 + figure));
  return [
    '',
    paint('bold', [padded(hourTitle, first), ...titles].join('  ')),
    ...rows,
    `${padded('alerts', first)}  ${sparkline(alertsAt, Math.max(1, ...alertsAt.map((value) => value ?? 0)))} ${String(now?.alerts ?? '-').padStart(figure)}`,
  ];
}

/** The value of a bar of full height: at least 1 for the load, so that an idle node does not look busy. */
const mostOf = (measure: (typeof measures)[number], values: readonly (number | undefined)[]): number =>
  measure === 'mem_use_pct' ? 100 : Math.max(1, ...values.map((value) => value ?? 0));

const ageText = (then: string | undefined, at: Date): string =>
  formatDuration(Math.max(0, Math.round(secondsSince(then, at))));

const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Level, environment, alerts, age, progress: what does not fit is cut at the end. */
function headLine({ environment, fleet, judged, round, nodes, problem, detail }: LiveState, look: Look): string {
  const { paint, at } = look;
  const age = judged && Math.max(0, secondsSince(judged.collected_at, at));
  const isStale = age === undefined || age > look.staleSeconds;
  const level: Level = isStale ? 'unknown' : worstOf(fleet?.alerts ?? []);
  const parts = [
    `${paint(level, '●')} ${paint('bold', detail === undefined ? environment : `${environment} ${detail}`)}`,
    fleet ? alertsText(fleet, paint, judged !== undefined) : counted(nodes.length, 'node'),
    ...(age === undefined
      ? []
      : [
          isStale
            ? paint('unknown', `stale: ${ageText(judged?.collected_at, at)} old`)
            : `${ageText(judged?.collected_at, at)} ago`,
        ]),
    ...(round
      ? [`${spinner[Math.floor(at.getTime() / 200) % spinner.length]} ${round.answered} of ${nodes.length}`]
      : []),
    ...(problem === undefined ? [] : [paint('red', `not refreshed: ${problem}`)]),
  ];
  return parts.join('  ');
}

function alertsText({ alerts }: Fleet, paint: Paint, isWhole: boolean): string {
  const colours = { critical: 'red', warning: 'amber', info: 'dim' } as const;
  const counts = countsOf(alerts);
  const found = severities.flatMap((severity) =>
    counts[severity] === 0 ? [] : [paint(colours[severity], `${counts[severity]} ${severity}`)],
  );
  return found.length === 0 ? (isWhole ? 'no alerts' : 'no alerts so far') : found.join(' ');
}

/** The titles of all tabs. On a narrow terminal the other tabs have only their numbers. */
function tabLine({ tab }: LiveState, { width, paint }: Look): string {
  const line = (isShort: boolean): string =>
    tabs
      .map(({ title }, index) =>
        index === tab
          ? paint('bold', `[${index + 1} ${title}]`)
          : isShort
            ? ` ${index + 1} `
            : ` ${index + 1} ${title} `,
      )
      .join('');
  return displayWidth(line(false)) <= width ? line(false) : line(true);
}

function footLine(state: LiveState, { body, height, width: columns }: Page, { width, paint }: Look): string {
  if (state.isTyping) return `/${state.filter}█  Enter keeps it, Esc shows all`;
  const last = Math.min(body.length, state.top + height);
  const widest = state.left === undefined ? 0 : widthOf(body);
  const place = [
    ...(state.left === undefined
      ? []
      : [`columns ${state.left + 1}-${Math.min(widest, state.left + columns)} of ${widest}`]),
    ...(body.length > height ? [`${state.top + 1}-${last} of ${body.length}`] : []),
  ].join('  ');
  const keys = state.isHelp
    ? 'any key leaves the help'
    : [
        ...(state.detail === undefined ? [] : ['Esc back']),
        ...(state.filter === '' ? [] : [`Esc all, only "${state.filter}"`]),
        '? help',
        'q quit',
        'r refresh',
        '/ filter',
        ...(state.detail === undefined ? ['Enter node'] : []),
      ].join('  ');
  const room = width - displayWidth(place) - 2;
  return `${paint('dim', padded(cutLine(keys, room), room))}  ${place}`;
}

const helpLines = (width: number): readonly string[] => [
  ...foldColumns(
    [
      ['Tab, Shift+Tab, 1 to 7', 'the next, previous or that tab'],
      ['j k, arrows', 'one line down or up; also Page Up and Down, Home and End'],
      ['h l, arrows', 'left and right: l shows what was left out for lack of room, then scrolls; h goes back'],
      ['Enter', 'the node that the line at the mark names, or the nearest line above that names one'],
      ['Esc', 'back from a node; all nodes and alerts again'],
      ['/', 'only nodes and alerts with a text in them'],
      ['r', 'asks all nodes now'],
      ['q, Ctrl+C', 'leaves; Ctrl+Z suspends'],
    ],
    { indent: '', width },
  ),
  '',
  ...fold(
    'The age at the top is that of the last round in which all nodes were asked. While a round runs, answers are shown as they arrive; what compares nodes is judged at its end.',
    width,
  ),
];
