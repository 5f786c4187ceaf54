// What `monitor live` knows and shows, and what changes it: answers of nodes, the ends of rounds, keys. Pure.
import { displayWidth, withoutColour } from '../../core/columns.ts';
import { severities } from '../../core/severity.ts';
import { escapePattern } from '../../core/text.ts';
import type { Fleet, FleetAlert } from '../assess.ts';
import type { FleetReading, NodeAnswer } from '../files.ts';
import type { FleetNode } from '../nodes.ts';
import { type History, remember } from './history.ts';
import { tabs } from './tabs.ts';

type Answers = Readonly<Record<string, NodeAnswer>>;

export interface LiveState {
  readonly environment: string;
  readonly nodes: readonly FleetNode[];
  /** The newest answer of each node, which may be that it was not reached. */
  readonly answers: Answers;
  /** Each node's newest report, which may be older than its newest answer. */
  readonly reports: Answers;
  /** The last round that ended: all nodes judged together. */
  readonly judged?: Fleet;
  /** The fleet on the screen: the newest answers with the alerts about single nodes, and from the last round the alerts that compare
   * nodes. */
  readonly fleet?: Fleet;
  readonly history: History;
  /** The round that is running; undefined between two rounds. */
  readonly round?: { readonly answered: number } | undefined;
  /** Why the last round failed as a whole. */
  readonly problem?: string | undefined;
  readonly tab: number;
  /** Index of the body's line that has the mark `›`. */
  readonly cursor: number;
  /** The line of the body that is shown first. */
  readonly top: number;
  /** Undefined while the views fit the terminal. Once somebody scrolls sideways: the views are as wide as they like, and this is the
   * first of their columns that is shown. */
  readonly left?: number | undefined;
  readonly filter: string;
  readonly isTyping: boolean;
  /** The node whose detail is shown. */
  readonly detail?: string | undefined;
  readonly isHelp: boolean;
}

export const startState = (
  environment: string,
  nodes: readonly FleetNode[],
  detail: string | undefined,
): LiveState => ({
  environment,
  nodes,
  answers: {},
  reports: {},
  history: [],
  tab: 0,
  cursor: 0,
  top: 0,
  filter: '',
  isTyping: false,
  isHelp: false,
  detail,
});

/** Judges the answers of all nodes together. */
export type Assess = (reading: FleetReading) => Fleet;

export const beginRound = (state: LiveState): LiveState => ({ ...state, round: { answered: 0 } });

/** Some nodes have answered; the round goes on. */
export function takeAnswers(state: LiveState, fresh: Answers, at: Date, assess: Assess): LiveState {
  const answers = { ...state.answers, ...fresh };
  const round = state.round && { ...state.round, answered: state.round.answered + Object.keys(fresh).length };
  return {
    ...state,
    answers,
    reports: withReports(state.reports, fresh),
    fleet: provisional(state, answers, at, assess),
    ...(round ? { round } : {}),
  };
}

export function endRound(state: LiveState, reading: FleetReading, at: Date, assess: Assess): LiveState {
  const judged = assess(reading);
  return {
    ...state,
    round: undefined,
    answers: reading.nodes,
    reports: withReports(state.reports, reading.nodes),
    judged,
    fleet: judged,
    history: remember(state.history, judged, at),
    problem: undefined,
  };
}

export const failRound = (state: LiveState, problem: string): LiveState => ({ ...state, round: undefined, problem });

const withReports = (reports: Answers, answers: Answers): Answers => ({
  ...reports,
  ...Object.fromEntries(Object.entries(answers).filter(([, { reached }]) => reached)),
});

/** While a round runs, the answers of two rounds stand side by side. So only what is about one node by itself is judged by them;
 * what compares nodes stays as the last round said. */
function provisional({ environment, nodes, judged }: LiveState, answers: Answers, at: Date, assess: Assess): Fleet {
  const pending = { reached: false, error: 'it has not answered yet', asked_at: at.toISOString(), collection_ms: 0 };
  const all = assess({
    environment,
    collected_at: judged?.collected_at ?? at.toISOString(),
    duration_seconds: judged?.duration_seconds ?? 0,
    nodes: Object.fromEntries(
      nodes.map(({ name, target, role }) => [
        name,
        answers[name] ?? { target, ...(role === undefined ? {} : { role }), ...pending },
      ]),
    ),
  });
  const alerts = [
    ...all.alerts.filter((alert) => isOfOneNode(alert) && Object.hasOwn(answers, alert.node ?? '')),
    ...(judged?.alerts ?? []).filter((alert) => !isOfOneNode(alert)),
  ];
  return {
    ...all,
    shown: nodes.flatMap(({ name }) => (Object.hasOwn(answers, name) ? [name] : [])),
    alerts: severities.flatMap((severity) => alerts.filter((alert) => alert.severity === severity)),
  };
}

const isOfOneNode = ({ node, evidence }: FleetAlert): boolean =>
  node !== null && Object.keys(evidence).every((name) => name === node);

/** What the session has to do for a key, beside showing the new state. */
export type Wish = 'quit' | 'refresh';

/** The lines of the present tab, and how much of them the screen shows. */
export interface Page {
  readonly body: readonly string[];
  /** Lines of the body that the screen shows. */
  readonly height: number;
  /** Columns of the body that the screen shows. */
  readonly width: number;
}

export function pressKey(before: LiveState, key: string, page: Page): { state: LiveState; wish?: Wish } {
  const state = moveCursor(before, 0, page);
  if (key === 'ctrl-c') return { state, wish: 'quit' };
  if (state.isTyping) return { state: typeFilter(state, key) };
  if (state.isHelp) return key === 'q' ? { state, wish: 'quit' } : { state: { ...toTop(state), isHelp: false } };
  const steps: Record<string, number> = {
    j: 1,
    down: 1,
    k: -1,
    up: -1,
    'page-down': page.height,
    ' ': page.height,
    'page-up': -page.height,
    home: -Infinity,
    g: -Infinity,
    end: Infinity,
    G: Infinity,
  };
  if (Object.hasOwn(steps, key)) return { state: moveCursor(state, steps[key] ?? 0, page) };
  if (/^[1-7]$/.test(key)) return { state: showTab(state, Number(key) - 1) };
  switch (key) {
    case 'q':
      return { state, wish: 'quit' };
    case 'r':
      return { state, wish: 'refresh' };
    case 'tab':
      return { state: showTab(state, (state.tab + 1) % tabs.length) };
    case 'shift-tab':
      return { state: showTab(state, (state.tab + tabs.length - 1) % tabs.length) };
    case '/':
      return { state: { ...state, isTyping: true } };
    case '?':
      return { state: { ...toTop(state), isHelp: true } };
    case 'l':
    case 'right':
      return { state: scrollRight(state, page) };
    case 'h':
    case 'left':
      return { state: scrollLeft(state, page) };
    case 'enter':
      return { state: openDetail(state, page) };
    case 'escape':
      return { state: goBack(state) };
    default:
      return { state };
  }
}

const toTop = (state: LiveState): LiveState => ({ ...state, cursor: 0, top: 0, left: undefined });

const showTab = (state: LiveState, tab: number): LiveState => ({ ...toTop(state), tab, detail: undefined });

/** The cursor stays on the screen and off the titles above the first row, and the screen stays within the body. */
export function moveCursor(state: LiveState, by: number, { body, height, width }: Page): LiveState {
  const first = state.isHelp ? 0 : firstRow(body);
  const cursor = Math.max(first, Math.min(state.cursor + by, body.length - 1));
  const lowest = Math.max(0, body.length - height);
  // At the first row the titles are shown, too, where there is room for them.
  const wanted = cursor === first ? 0 : Math.min(state.top, cursor);
  const top = Math.min(Math.max(wanted, cursor - height + 1, 0), lowest);
  const left = state.left && Math.min(state.left, Math.max(0, widthOf(body) - width));
  return cursor === state.cursor && top === state.top && left === state.left ? state : { ...state, cursor, top, left };
}

/** Lines about a node or an alert begin with a mark. A table without such lines has one line of titles; where there is nothing but
 * titles, or a sentence, the first row is below it. */
function firstRow(body: readonly string[]): number {
  const blank = body.indexOf('');
  const end = blank < 0 ? body.length : blank;
  const marked = body.findIndex(isMarked);
  return end > 1 && (marked < 0 || marked > end) ? 1 : Math.max(0, marked);
}

const isMarked = (line: string): boolean => /^ *[●▲✖?i] /.test(withoutColour(line));

export const widthOf = (body: readonly string[]): number =>
  body.reduce((most, line) => Math.max(most, displayWidth(line)), 0);

const sidewaysStep = ({ width }: Page): number => Math.max(1, Math.floor(width / 2));

/** The first step shows what was left out for lack of room, and the others scroll. */
const scrollRight = (state: LiveState, page: Page): LiveState =>
  moveCursor({ ...state, left: state.left === undefined ? 0 : state.left + sidewaysStep(page) }, 0, page);

const scrollLeft = (state: LiveState, page: Page): LiveState => ({
  ...state,
  left: state.left === undefined || state.left === 0 ? undefined : Math.max(0, state.left - sidewaysStep(page)),
});

const mostFilter = 60;

function typeFilter(state: LiveState, key: string): LiveState {
  if (key === 'enter') return { ...state, isTyping: false };
  if (key === 'escape') return { ...toTop(state), isTyping: false, filter: '' };
  if (key === 'backspace') return { ...toTop(state), filter: state.filter.replace(/.$/u, '') };
  // Keys that are no characters have names of several letters, such as `up`.
  if (!/^.$/u.test(key) || state.filter.length >= mostFilter) return state;
  return { ...toTop(state), filter: state.filter + key };
}

const goBack = (state: LiveState): LiveState =>
  state.detail === undefined ? { ...toTop(state), filter: '' } : { ...toTop(state), detail: undefined };

/** Opens the node that the cursor's line names, or else the nearest line above that is about one node: titles of a matrix name all. */
function openDetail(state: LiveState, { body }: Page): LiveState {
  if (state.detail !== undefined) return state;
  const names = state.nodes.map(({ name }) => name);
  const named = new RegExp(`(?<![\\w.-])(?:${names.map(escapePattern).join('|')})(?![\\w-]|\\.\\w)`, 'g');
  for (const [index, line] of body
    .slice(0, state.cursor + 1)
    .reverse()
    .entries()) {
    const found = new Set(withoutColour(line).match(named));
    const [first] = found;
    if (first !== undefined && (found.size === 1 || index === 0 || isMarked(line)))
      return { ...toTop(state), detail: first };
  }
  return state;
}
