// What `monitor live` shows, without a terminal: answers and keys in, lines out.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { displayWidth, withoutColour } from '../../lib/core/columns.ts';
import { assessFleet } from '../../lib/fleet/assess.ts';
import { fleetConfig } from '../../lib/fleet/config.ts';
import type { NodeAnswer } from '../../lib/fleet/files.ts';
import { bodyHeight, bodyOf, frameOf, type Look, pageOf as pageIn } from '../../lib/fleet/live/frame.ts';
import { lastMinutes, minutesKept, remember, sparkline } from '../../lib/fleet/live/history.ts';
import {
  type Assess,
  beginRound,
  endRound,
  failRound,
  type LiveState,
  moveCursor,
  type Page,
  pressKey,
  startState,
  takeAnswers,
} from '../../lib/fleet/live/state.ts';
import { tabs } from '../../lib/fleet/live/tabs.ts';
import { parseReport } from '../../lib/fleet/read-report.ts';
import { at, fleetOf, nodesWith, reportWith } from './fleet.ts';

const usual = fleetConfig.fleet.parse(undefined);
const assess: Assess = (reading) => assessFleet(reading, usual, at);
const system = { time_unix: 1, mem_use_pct: 20, mem_available_mb: 800, mem_total_mb: 1000, load_avg_1: 0.5 };
const well = reportWith({ system });
const full = reportWith({ system: { ...system, mem_use_pct: 95 } });
const gone = new Error('it refuses our key');

const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

function answerOf(said: string | Error, asked = at): NodeAnswer {
  const about = { target: 'root@node', asked_at: asked.toISOString(), collection_ms: 40 };
  return typeof said === 'string'
    ? { ...about, reached: true, report: parseReport(said) }
    : { ...about, reached: false, error: said.message };
}

type Said = Readonly<Record<string, string | Error>>;

const answersOf = (said: Said, asked = at): Record<string, NodeAnswer> =>
  Object.fromEntries(Object.entries(said).map(([name, one]) => [name, answerOf(one, asked)]));

const begin = (names: readonly string[]): LiveState =>
  startState('devnet', names.map((name) => ({ name, target: name })), undefined); // prettier-ignore

const afterRound = (state: LiveState, said: Said, when = at): LiveState =>
  endRound(
    beginRound(state),
    { environment: 'devnet', collected_at: when.toISOString(), duration_seconds: 1, nodes: answersOf(said, when) },
    when,
    assess,
  );

interface Size {
  readonly width?: number;
  readonly height?: number;
  readonly at?: Date;
  readonly paint?: Look['paint'];
}

const lookOf = ({ width = 80, height = 24, at: when = at, paint = (_style, text) => text }: Size = {}): Look => ({
  width,
  height,
  paint,
  at: when,
  staleSeconds: 90,
  assess,
});

function pageOf(state: LiveState, size: Size = {}): Page {
  const look = lookOf(size);
  return pageIn(bodyOf(state, look), look);
}

function linesOf(state: LiveState, size: Size = {}): readonly string[] {
  const page = pageOf(state, size);
  return frameOf(moveCursor(state, 0, page), page, lookOf(size));
}
const screenOf = (state: LiveState, size: Size = {}): string => linesOf(state, size).join('\n');

const press = (state: LiveState, keys: readonly string[], size: Size = {}): LiveState =>
  keys.reduce((before, key) => pressKey(before, key, pageOf(before, size)).state, state);

const three: Said = { node1: well, node2: full, node3: gone };
const shown = afterRound(begin(Object.keys(three)), three);

describe('monitor live', () => {
  test('every tab shows a view of its own, and Tab, Shift+Tab and the digits reach it', () => {
    const bodies = tabs.map(({ title }, index) => {
      const byTab = press(
        shown,
        Array.from({ length: index }, () => 'tab'),
      );
      const byShift = press(
        shown,
        Array.from({ length: (tabs.length - index) % tabs.length }, () => 'shift-tab'),
      );
      const byDigit = press(shown, [String(index + 1)]);
      for (const state of [byTab, byShift, byDigit])
        assert.ok(screenOf(state).includes(`[${index + 1} ${title}]`), screenOf(state));
      return pageOf(byDigit).body.join('\n');
    });
    assert.equal(new Set(bodies).size, 7);
  });

  test('the head counts the alerts of each severity, and says how old the data are', () => {
    assert.match(linesOf(shown, { at: later(12) })[0] ?? '', /^● devnet {2}1 critical 1 warning {2}12s ago$/);
  });

  test('data older than three refreshes are stale: the mark at the top is not green', () => {
    const healthy = afterRound(begin(['node1']), { node1: well });
    const paint: Look['paint'] = (style, text) => (style === 'bold' || style === 'dim' ? text : `<${style}>${text}`);
    assert.match(linesOf(healthy, { paint, at: later(60) })[0] ?? '', /^<green>●/);
    assert.match(linesOf(healthy, { paint, at: later(100) })[0] ?? '', /^<unknown>● .*stale: 1m 40s old/);
  });

  test('before any answer there is no colour but that of unknown, and no claim that all is well', () => {
    const first = beginRound(begin(['node1', 'node2']));
    const paint: Look['paint'] = (style, text) => (style === 'bold' || style === 'dim' ? text : `<${style}>${text}`);
    const text = screenOf(first, { paint });
    assert.match(text, /<unknown>● devnet {2}2 nodes {2}⠋ 0 of 2/);
    assert.doesNotMatch(text, /green|no alerts/);
  });

  test('answers are shown as they arrive; a node that has not answered yet is no alert', () => {
    const state = takeAnswers(beginRound(begin(['node1', 'node2', 'node3'])), answersOf({ node2: full }), at, assess);
    assert.deepEqual(state.fleet?.shown, ['node2']);
    assert.deepEqual(state.fleet?.alerts.map(({ id }) => id), ['memory:node2']); // prettier-ignore
    assert.match(screenOf(state), /⠋ 1 of 3/);
    const fine = takeAnswers(beginRound(begin(['node1', 'node2'])), answersOf({ node2: well }), at, assess);
    assert.match(screenOf(fine), /● devnet {2}no alerts so far {2}/);
  });

  test('what compares nodes stays as the last whole round said, until the next one is whole', () => {
    const rqlite = (raft_state: string) => ({ responsive: true, raft_state });
    const leads = (raft_state: string): string => reportWith({ system, rqlite: rqlite(raft_state) });
    const before = afterRound(begin(['node1', 'node2']), { node1: leads('Leader'), node2: leads('Follower') });
    const leaderAlerts = ({ fleet }: LiveState) =>
      fleet?.alerts.filter(({ id }) => id.startsWith('rqlite-leader')).map(({ message }) => message);
    assert.deepEqual(leaderAlerts(before), []);
    // The leader has moved: node1's answer is still that of the round before.
    const amid = takeAnswers(beginRound(before), answersOf({ node2: leads('Leader') }), later(30), assess);
    assert.deepEqual(leaderAlerts(amid), []);
    const after = afterRound(amid, { node1: leads('Leader'), node2: leads('Leader') }, later(31));
    assert.equal(leaderAlerts(after)?.length, 1);
  });

  test('of a node that no longer reports, the last report stays with its age, beside the reason', () => {
    const state = afterRound(afterRound(begin(['node1']), { node1: well }), { node1: gone }, later(180));
    const detail = press(state, ['down', 'enter'], { at: later(185) });
    assert.match(
      screenOf(state, { at: later(185) }),
      /Last reports of nodes that do not report now\n +node1 +3m 5s ago/,
    );
    const text = pageOf(detail, { at: later(185) }).body.join('\n');
    assert.match(text, /does not report: it refuses our key/);
    assert.match(text, /Its last report, 3m 5s ago:/);
  });

  test('the last report of a node that no longer reports names no other node', () => {
    const both = afterRound(begin(['node1', 'node2']), { node1: well, node2: well });
    const lost = afterRound(both, { node1: gone, node2: well }, later(180));
    // The next round is on: node1 has not answered yet.
    const amid = takeAnswers(beginRound(lost), answersOf({ node2: well }), later(210), assess);
    const detail = press(amid, ['enter']);
    assert.equal(detail.detail, 'node1');
    const text = pageOf(detail).body.join('\n');
    assert.match(text, /Its last report, /);
    assert.doesNotMatch(text, /node2/);
  });

  test('Enter opens the node of the marked line, also from the lines below its name; Esc goes back', () => {
    const onAlerts = press(shown, ['7']);
    const row = pageOf(onAlerts).body.findIndex((line) => line.includes('memory of node2'));
    const opened = press(moveCursor(onAlerts, row + 1, pageOf(onAlerts)), ['enter']);
    assert.equal(opened.detail, 'node2');
    assert.match(screenOf(opened), /^● devnet node2/);
    assert.equal(press(opened, ['escape']).detail, undefined);
  });

  test('the mark stands on the first row of every tab, never on titles, and Enter there opens no other node', async () => {
    const firsts = async (size: Size) => {
      const answers = nodesWith(3, { node2: { system: { mem_use_pct: 95 } }, node3: gone });
      const state = afterRound(begin(Object.keys(answers)), answers);
      return tabs.map((_, index) => {
        const at = press(state, [String(index + 1)], size);
        const line = linesOf(at, size).find((one) => one.startsWith('›')) ?? '';
        return [line.replaceAll(/ +/g, ' ').slice(0, 12), press(at, ['enter'], size).detail];
      });
    };
    assert.deepEqual(await firsts({ width: 80, height: 24 }), [
      ['› ● node1 he', 'node1'],
      ['› ✖ node3, u', 'node3'],
      ['› rqlite ans', undefined],
      ['› ● node1 · ', 'node1'],
      ['› ● node1 ye', 'node1'],
      ['› alice Lead', undefined],
      ['› ✖ ssh: nod', 'node3'],
    ]);
    for (const [line] of await firsts({ width: 40, height: 12 })) assert.match(line ?? '', /^› (?:[●✖] |rqlite|alice)/);
    const up = press(shown, ['j', 'k', 'k', 'k']);
    assert.match(screenOf(up), /^›.* node1 /m);
    assert.match(linesOf(up)[2] ?? '', /^ +node +status/, 'the titles are shown');
  });

  test('l shows the columns that were left out for lack of room, then scrolls to the right; h goes back', () => {
    const size = { width: 40, height: 20 };
    const fitted = screenOf(shown, size);
    assert.match(fitted, /not shown for lack of room/);
    const wide = press(shown, ['l'], size);
    assert.doesNotMatch(screenOf(wide, size), /not shown for lack of room/);
    assert.match(linesOf(wide, size)[2] ?? '', /^ +node +status/);
    assert.match(linesOf(wide, size).at(-1) ?? '', /columns 1-38 of \d+/);
    const seen = [wide];
    for (let step = 0; step < 20; step++) seen.push(press(seen.at(-1) ?? wide, ['right'], size));
    assert.ok(seen.some((state) => linesOf(state, size)[2]?.endsWith(' answered in')));
    assert.match(linesOf(seen.at(-1) ?? wide, size).at(-1) ?? '', /columns \d+-(\d+) of \1$/);
    for (const state of seen)
      for (const line of linesOf(state, size)) assert.ok(displayWidth(line) <= size.width, line);
    let back = seen.at(-1) ?? wide;
    while (back.left !== undefined) back = press(back, ['h'], size);
    assert.equal(screenOf(back, size), fitted);
    assert.equal(press(wide, ['3'], size).left, undefined, 'another tab fits the terminal again');
    assert.equal(press(wide, ['l', 'down', 'enter'], size).detail, 'node2');
    // A terminal that became wider shows the end of the lines, and nothing beyond.
    assert.match(linesOf(seen.at(-1) ?? wide, { width: 200 })[3] ?? '', /node1/);
  });

  test('the names of nodes, services and namespaces stay on the screen while the other columns scroll', () => {
    const answers = nodesWith(3, { node2: { system: { mem_use_pct: 95 } }, node3: gone });
    const state = afterRound(begin(Object.keys(answers)), answers);
    const size = { width: 40, height: 30 };
    let scrolled = 0;
    for (const [tab, names, last] of [
      ['1', ['node', 'node1', 'node2', 'node3'], 'answered in'],
      ['3', ['service', 'rqlite', 'Olric'], 'node3'],
      ['4', ['node1', 'node2', 'node3'], 'node3'],
      ['5', ['node', 'node1', 'node2', 'node3'], 'role'],
      ['6', ['namespace', 'alice', 'bob'], 'node3'],
    ] as const) {
      const wide = press(state, [tab, 'l'], size);
      const { body, width } = pageOf(wide, size);
      const most = Math.max(...body.map(displayWidth)) - width;
      const seen: string[] = [];
      for (let left = Math.max(0, most) % 6; left <= most; left += 6) {
        const lines = linesOf({ ...wide, left }, size).map((line) => line.slice(2).replace(/^[●▲✖? ] {2}/, ''));
        for (const name of names)
          assert.ok(lines.some((line) => new RegExp(`^(?:[●▲✖?] )?${name} `).test(line)), lines.join('\n')); // prettier-ignore
        seen.push(...lines);
      }
      if (most > 0)
        assert.ok(
          seen.some((line) => line.trimEnd().endsWith(last)),
          `${tab}: ${seen.join('\n')}`,
        );
      scrolled += Math.max(0, most);
    }
    assert.ok(scrolled > 100, `${scrolled}`);
    // Columns stay below their titles.
    const [titles = '', ...rows] = linesOf({ ...press(state, ['l'], size), left: 25 }, size).slice(2, 6);
    const at = titles.indexOf('rqlite');
    assert.ok(at > 0, titles);
    for (const row of rows) assert.match(row.slice(at - 2), /^ {2}(?:Leader|Follower|\?)/);
    // A prose line scrolls as a whole.
    assert.doesNotMatch(linesOf({ ...press(state, ['7', 'l'], size), left: 10 }, size).join('\n'), /✖ ssh/);
  });

  test('a node whose name begins like another is told from it', () => {
    const names = ['node1', 'node10', 'node1.example'];
    const state = press(afterRound(begin(names), Object.fromEntries(names.map((name) => [name, gone]))), ['7']);
    for (const name of names) {
      const row = pageOf(state).body.findIndex((line) => line.includes(` ${name} does not report`));
      assert.ok(row > 0, name);
      assert.equal(press(moveCursor(state, row, pageOf(state)), ['enter']).detail, name);
    }
  });

  test('a filter keeps nodes and alerts with its text; q is a letter of it; Esc shows all again', () => {
    const typed = press(shown, ['7', '/', 'm', 'e', 'm']);
    assert.match(screenOf(typed), /\/mem█/);
    assert.match(screenOf(typed), /memory of node2/);
    assert.doesNotMatch(screenOf(typed), /node3 does not report/);
    const kept = press(typed, ['enter']);
    assert.match(linesOf(kept).at(-1) ?? '', /only "mem"/);
    assert.match(screenOf(press(kept, ['escape'])), /node3 does not report/);
    const odd = press(shown, ['/', 'q', 'z']);
    assert.equal(odd.filter, 'qz');
    assert.match(screenOf(odd), /No node and no alert has "qz" in it/);
    assert.equal(press(odd, ['backspace', 'backspace']).filter, '');
    assert.match(screenOf(press(shown, ['7', '/', 'n', 'o', 'd', 'e', '3'])), /node3 does not report/);
  });

  test('after a filter the mark stands on a node or an alert, never on titles, an empty line or a note; Enter opens a node', () => {
    const leads = reportWith({ system, rqlite: { responsive: true, raft_state: 'Leader' } });
    const zombie = { pid: 2, ppid: 1, state: 'Z', command: 'sh', age_seconds: 90 };
    const idle = reportWith({ system, processes: { process_count: 9, zombie_count: 1, zombies: [zombie] } });
    const state = afterRound(begin(['a', 'b', 'c']), { a: idle, b: leads, c: leads });
    for (const width of [40, 80])
      // The text of an alert about no single node, and of a note.
      for (const [filter, opens] of [
        ['leader', 'b'],
        ['zombie', 'a'],
      ] as const)
        for (const tab of ['1', '2', '5', '7']) {
          const size = { width, height: 24 };
          const found = press(state, [tab, '/', ...filter.split(''), 'enter'], size);
          const marked = linesOf(found, size).find((line) => line.startsWith('›')) ?? '';
          assert.match(marked, /^› [●✖i] /, `${width} ${filter} ${tab}:\n${screenOf(found, size)}`);
          assert.equal(press(found, ['enter'], size).detail, opens, `${width} ${filter} ${tab}: ${marked}`);
        }
    // Below a sentence there is no row, but an alert.
    const silent = press(afterRound(begin(['a', 'b']), { a: well, b: gone }), ['3', '/', 'b', 'enter']);
    assert.doesNotMatch(screenOf(silent), /^›\s*$/m);
  });

  test('a node that is found by a note has its level by all of its alerts', () => {
    const zombie = { pid: 2, ppid: 1, state: 'Z', command: 'sh', age_seconds: 90 };
    const sick = reportWith({
      system: { ...system, mem_use_pct: 95 },
      processes: { process_count: 9, zombie_count: 1, zombies: [zombie] },
    });
    const screen = screenOf(
      press(afterRound(begin(['node1', 'node2']), { node1: well, node2: sick }), ['/', 'z', 'o', 'm']),
    );
    assert.match(screen, /▲ +node2 .*1 warning/);
    assert.doesNotMatch(screen, /node1/);
  });

  test('q and Ctrl+C leave from everywhere but q from a filter; r refreshes', () => {
    const places = [shown, press(shown, ['?']), press(shown, ['down', 'enter']), press(shown, ['/'])];
    for (const state of places) assert.equal(pressKey(state, 'ctrl-c', pageOf(state)).wish, 'quit');
    const wishes = places.map((state) => pressKey(state, 'q', pageOf(state)).wish);
    assert.deepEqual(wishes, ['quit', 'quit', 'quit', undefined]);
    assert.equal(pressKey(shown, 'r', pageOf(shown)).wish, 'refresh');
  });

  test('? names every key, on a terminal of 40 columns too', () => {
    const text = pageOf(press(shown, ['?']), { width: 40 }).body.join('\n');
    for (const key of ['Tab', 'Shift+Tab', 'j k', 'h l', 'Enter', 'Esc', '/', 'r ', 'q, Ctrl+C', 'Ctrl+Z'])
      assert.ok(text.includes(key), `${key} in ${text}`);
    assert.match(screenOf(press(shown, ['?', 'x'])), /\[1 Overview\]/);
  });

  test('a refresh that fails keeps what is shown, and says why', () => {
    const text = screenOf(failRound(beginRound(shown), 'no more processes'), { at: later(40), width: 120 });
    assert.match(text, /40s ago {2}not refreshed: no more processes/);
    assert.match(text, /node2/);
  });

  test('200 nodes scroll: the mark and the place are always on the screen', () => {
    const said = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`node${index + 1}`, gone]));
    const size = { width: 80, height: 24 };
    let state = afterRound(begin(Object.keys(said)), said);
    const seen = new Set<string>();
    for (let row = 0; row < 230; row++) {
      const lines = linesOf(state, size);
      const marked = lines.filter((line) => line.startsWith('›'));
      assert.equal(marked.length, 1);
      seen.add(marked[0]!);
      state = press(state, ['j'], size);
    }
    assert.ok(
      [...seen].some((line) => / node200 /.test(line)),
      'node200 was never reached',
    );
    assert.match(linesOf(state, size).at(-1) ?? '', /\d+-\d+ of \d+$/);
    const [end, start] = [press(state, ['end'], size), press(state, ['home'], size)];
    assert.equal(end.cursor, pageOf(end, size).body.length - 1);
    assert.deepEqual([start.cursor, start.top], [1, 0]);
    assert.equal(press(start, ['page-down', 'page-down', 'page-up'], size).cursor, 1 + bodyHeight(lookOf(size)));
  });

  test('no screen is wider or higher than the terminal, whatever is shown', () => {
    const sizes = [
      { width: 40, height: 12 },
      { width: 80, height: 24 },
      { width: 200, height: 50 },
      { width: 20, height: 10 },
      { width: 3, height: 2 },
      { width: 1, height: 1 },
    ];
    const wide = afterRound(begin(['nöde-with-a-name-that-is-very-long-indeed-日本語日本語日本語日本語', 'b']), {
      'nöde-with-a-name-that-is-very-long-indeed-日本語日本語日本語日本語': full,
      b: new Error(`日本語 ${'x'.repeat(300)}`),
    });
    let screens = 0;
    for (const size of sizes)
      for (const state of [shown, wide, beginRound(begin(['a']))])
        for (const keys of [
          ['1'],
          ['2'],
          ['3'],
          ['4'],
          ['5'],
          ['6'],
          ['7'],
          ['?'],
          ['/', 'n'],
          ['down', 'enter'],
          ['l', 'l'],
        ]) {
          const lines = linesOf(press(state, keys, size), size);
          assert.ok(lines.length <= size.height);
          for (const line of lines) assert.ok(displayWidth(line) <= size.width, `${size.width}: ${line}`);
          screens += 1;
        }
    assert.equal(screens, 198);
  });

  test('a terminal that became smaller keeps the mark on the screen', () => {
    const said = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`node${index}`, gone]));
    const state = press(afterRound(begin(Object.keys(said)), said), ['end'], { height: 50 });
    const smaller = moveCursor(state, 0, pageOf(state, { height: 12 }));
    assert.equal(linesOf(smaller, { height: 12 }).filter((line) => line.startsWith('›')).length, 1);
  });

  test('no control character of a reason or a report reaches the screen', () => {
    const nasty = '\u001B]0;title\u0007\u001B[2J\u001B[8mhidden\u202E\u009B2J';
    const state = afterRound(begin(['a', 'b']), { a: new Error(nasty), b: reportWith({ system: nasty }) });
    for (const keys of [['1'], ['2'], ['7'], ['down', 'enter']]) {
      const text = screenOf(press(state, keys));
      // oxlint-disable-next-line no-control-regex -- these must not be there
      assert.doesNotMatch(text, /[\0-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    }
  });

  test('a line that is cut ends its colours', () => {
    const paint: Look['paint'] = (style, text) => (style === 'bold' ? `\u001B[1m${text}\u001B[22m` : text);
    for (const line of linesOf(shown, { width: 12, paint })) {
      const [on, off] = [line.split('\u001B[1m').length, line.split('\u001B[22m').length];
      assert.equal(on, off, JSON.stringify(line));
      assert.ok(displayWidth(withoutColour(line)) <= 12);
    }
  });
});

describe('the last hour', () => {
  test('has a bar for each minute with a reading, and a blank for one without', async () => {
    const fleet = await fleetOf({ a: well });
    const busy = await fleetOf({ a: full });
    const history = remember(remember([], fleet, at), busy, later(120));
    const values = lastMinutes(history, 4, later(120), ({ nodes }) => nodes['a']?.mem_use_pct);
    assert.deepEqual(values, [undefined, 20, undefined, 95]);
    assert.equal(sparkline(values, 100), ' ▂ █');
  });

  test('a node that could not be read has a blank, not zero', async () => {
    const history = remember([], await fleetOf({ a: gone, b: reportWith({}) }), at);
    for (const node of ['a', 'b'])
      assert.deepEqual(lastMinutes(history, 1, at, ({ nodes }) => nodes[node]?.mem_use_pct), [undefined]); // prettier-ignore
  });

  test('keeps an hour, however often the nodes are asked, and forgets what a clock that was set back has left', async () => {
    const fleet = await fleetOf({ a: well });
    let history = remember([], fleet, later(-10));
    for (let second = 0; second < 7200; second += 5) history = remember(history, fleet, later(second));
    assert.equal(history.length, minutesKept);
    assert.equal(remember(history, fleet, at).length, 1);
  });
});
