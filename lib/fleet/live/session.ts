// `monitor live` from its start to its end: rounds at their time, keys as they come, the screen drawn when something changed.
import { reasonOf } from '../../core/text.ts';
import type { FleetReading, NodeAnswer } from '../files.ts';
import type { Paint } from '../view.ts';
import { bodyOf, frameOf, type Look, pageOf } from './frame.ts';
import {
  type Assess,
  beginRound,
  endRound,
  failRound,
  type LiveState,
  moveCursor,
  type Page,
  pressKey,
  takeAnswers,
} from './state.ts';

export interface Session {
  readonly start: LiveState;
  readonly collect: (onAnswer: (name: string, answer: NodeAnswer) => void) => Promise<FleetReading>;
  readonly assess: Assess;
  readonly everySeconds: number;
  readonly staleSeconds: number;
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly paint: Paint;
  readonly draw: (lines: readonly string[]) => void;
  readonly now: () => Date;
}

export interface Running {
  readonly press: (key: string) => void;
  /** Draws the screen; also called after the size of the terminal has changed. */
  readonly draw: () => void;
  readonly stop: () => void;
  /** Resolves after q, Ctrl+C or `stop`. */
  readonly ended: Promise<void>;
}

/** Time between two drawings: while a round runs, new answers appear and the spinner turns; otherwise only ages change. */
const busyMs = 500;
const idleMs = 1000;

export function runSession(session: Session): Running {
  const { assess, now, everySeconds } = session;
  const body = keepBody();
  const ended = Promise.withResolvers<void>();
  let state = session.start;
  let arrived: Record<string, NodeAnswer> = {};
  let isOver = false;
  /** True where the next round became due while a round was running: it begins as soon as that round has ended. */
  let isDue = false;
  let nextRound: NodeJS.Timeout | undefined;
  let nextTick: NodeJS.Timeout | undefined;

  function page(): { readonly look: Look; readonly page: Page } {
    const { columns: width, rows: height } = session.size();
    const look = { width, height, paint: session.paint, at: now(), staleSeconds: session.staleSeconds, assess };
    return { look, page: pageOf(body(state, look), look) };
  }

  function draw(): void {
    if (isOver) return;
    const { look, page: shown } = page();
    state = moveCursor(state, 0, shown);
    session.draw(frameOf(state, shown, look));
  }

  function tick(): void {
    const fresh = arrived;
    arrived = {};
    if (Object.keys(fresh).length > 0) state = takeAnswers(state, fresh, now(), assess);
    draw();
    nextTick = setTimeout(tick, state.round ? busyMs : idleMs);
  }

  async function round(): Promise<void> {
    if (isOver) return;
    isDue = state.round !== undefined;
    if (isDue) return;
    clearTimeout(nextRound);
    nextRound = setTimeout(() => void round(), everySeconds * 1000);
    state = beginRound(state);
    clearTimeout(nextTick);
    tick();
    try {
      const reading = await session.collect((name, answer) => (arrived[name] = answer));
      arrived = {};
      state = endRound(state, reading, now(), assess);
    } catch (error) {
      state = failRound(state, reasonOf(error));
    }
    draw();
    if (isDue) void round();
  }

  function stop(): void {
    isOver = true;
    clearTimeout(nextRound);
    clearTimeout(nextTick);
    ended.resolve();
  }

  function press(key: string): void {
    const { state: next, wish } = pressKey(state, key, page().page);
    state = next;
    if (wish === 'quit') stop();
    else if (wish === 'refresh' && !state.round) void round();
    else draw();
  }

  void round();
  return { press, draw, stop, ended: ended.promise };
}

/** Keeps the lines of the present tab until something in them changes: rendering 200 nodes anew for each key would be felt. */
function keepBody(): typeof bodyOf {
  let kept: { readonly key: readonly unknown[]; readonly body: readonly string[] } | undefined;
  return (state, look) => {
    const { fleet, reports, history, problem, tab, filter, detail, isHelp, left } = state;
    // Ages in it are shown anew each ten seconds.
    const time = Math.floor(look.at.getTime() / 10_000);
    const isWide = left !== undefined;
    const key = [fleet, reports, history, problem, tab, filter, detail, isHelp, isWide, look.width, time];
    if (!kept || key.some((part, index) => part !== kept?.key[index])) kept = { key, body: bodyOf(state, look) };
    return kept.body;
  };
}
