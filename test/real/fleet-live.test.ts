// `monitor live` in a real terminal: every tab and key at three sizes, and the terminal as it was after every way to leave. The nodes
// are files: an `ssh` in PATH prints them.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, describe, type TestContext } from 'node:test';
import { displayWidth } from '../../lib/core/columns.ts';
import { tabs } from '../../lib/fleet/live/tabs.ts';
import { reportWith } from '../fleet/fleet.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';
import { openTerminal, type Pane } from './tmux.ts';

before(() => installPackages('tmux', 'procps'));

interface Site {
  readonly env: NodeJS.ProcessEnv;
  readonly command: string;
  /** What ssh prints for the node; undefined: the connection is refused. `hangs`: nothing, for ever. */
  readonly set: (node: string, answer: string | undefined) => void;
  readonly hang: (node: string) => void;
  readonly asked: () => number;
}

const bundle = join(root, 'dist', 'ops-monitor.cjs');

function makeSite(t: TestContext, nodes: readonly string[], every = 30): Site {
  const folder = temporaryFolder(t);
  const answers = join(folder, 'answers');
  for (const name of ['bin', 'answers', 'run']) mkdirSync(join(folder, name));
  const config = join(folder, 'fleet.yaml');
  const environments = { devnet: { nodes: Object.fromEntries(nodes.map((name) => [name, {}])) } };
  writeFileSync(config, JSON.stringify({ fleet: { environments } }));
  // The words before the last two are options; the last is the command, which begins by printing a mark.
  writeFileSync(
    join(folder, 'bin', 'ssh'),
    `#!/bin/sh
for word; do node=$last; last=$word; done
mark=\${last#*echo }
echo "$node" >> ${folder}/asked
[ -p ${answers}/$node ] && exec cat ${answers}/$node
[ -e ${answers}/$node ] || { echo "ssh: connect to host $node port 22: Connection refused" >&2; exit 255; }
echo "\${mark%%;*}"
exec cat ${answers}/$node
`,
  );
  chmodSync(join(folder, 'bin', 'ssh'), 0o755);
  const env = { ...environmentIn(folder), PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
  const set: Site['set'] = (node, answer) => {
    runProcess(['rm', '-f', join(answers, node)]);
    if (answer !== undefined) writeFileSync(join(answers, node), answer);
  };
  for (const node of nodes) set(node, healthy);
  return {
    env,
    command: `${process.execPath} ${bundle} monitor --env devnet --config ${config} --every ${every}`,
    set,
    hang: (node) => {
      set(node, undefined);
      runProcess(['mkfifo', join(answers, node)]);
    },
    asked: () => {
      try {
        return readText(join(folder, 'asked')).split('\n').length - 1;
      } catch {
        return 0;
      }
    },
  };
}

const system = { time_unix: 1, mem_use_pct: 20, mem_available_mb: 800, mem_total_mb: 1000, load_avg_1: 0.5 };
const healthy = reportWith({ system });
const full = reportWith({ system: { ...system, mem_use_pct: 95 } });

const isOn = (pane: Pane): boolean => pane.asks('alternate_on') === '1';

async function begin(pane: Pane, site: Site): Promise<string> {
  const before = await pane.says('stty -a');
  pane.type('clear', 'Enter');
  await until(() => !pane.lines().some((line) => line.includes('stty')));
  pane.type(site.command, 'Enter');
  await pane.shows(/\[1 Overview\]/);
  return before;
}

async function isAsBefore(pane: Pane, before: string): Promise<void> {
  await until(() => !isOn(pane));
  assert.equal(pane.asks('cursor_flag'), '1', 'the cursor is shown');
  assert.equal(await pane.says('stty -a'), before);
}

const livePid = (pane: Pane): number =>
  Number(runProcess(['ps', '--ppid', pane.asks('pane_pid'), '-o', 'pid=']).stdout.trim());

describe('monitor live in a terminal', () => {
  const sizes = [
    [40, 12],
    [80, 24],
    [200, 50],
  ] as const;
  for (const [columns, rows] of sizes)
    test(`of ${columns} columns and ${rows} lines shows every tab, and obeys every key`, async (t) => {
      const site = makeSite(t, ['node1', 'node2', 'node3']);
      site.set('node2', full);
      site.set('node3', undefined);
      const pane = openTerminal(t, site.env, columns, rows);
      const before = await begin(pane, site);
      await pane.shows(/● devnet {2}1 critical 1 warning/);
      assert.ok(isOn(pane), 'it draws on the alternate screen');
      const fits = (): void => {
        const lines = pane.lines();
        assert.equal(lines.length, rows);
        for (const line of lines) assert.ok(displayWidth(line) <= columns, line);
        assert.match(lines.at(-1) ?? '', /\S/, 'the last line has the keys');
      };
      for (const key of ['Tab', '1', 'BTab'])
        for (const index of tabs.keys()) {
          const at = key === 'Tab' ? (index + 1) % 7 : key === 'BTab' ? (12 - index) % 7 : index;
          pane.type(key === '1' ? String(index + 1) : key);
          await pane.shows(new RegExp(`\\[${at + 1} ${tabs[at]?.title}\\]`));
          fits();
        }
      pane.type('1');
      await pane.shows(/\[1 Overview\]/);
      for (const [down, up] of [
        ['j', 'k'],
        ['Down', 'Up'],
        ['NPage', 'PPage'],
        ['End', 'Home'],
      ] as const) {
        const first = pane.lines().findIndex((line) => line.startsWith('›'));
        pane.type(down);
        await until(() => pane.lines().findIndex((line) => line.startsWith('›')) !== first);
        fits();
        pane.type(up);
        await until(() => pane.lines().findIndex((line) => line.startsWith('›')) === first);
      }
      for (const [right, left] of [
        ['l', 'h'],
        ['Right', 'Left'],
      ] as const) {
        pane.type(right);
        await pane.shows(/columns 1-\d+ of \d+/);
        fits();
        pane.type(left);
        await until(() => !pane.lines().some((line) => line.includes('columns 1-')));
      }
      pane.type('?');
      await pane.shows(/Shift\+Tab/);
      fits();
      pane.type('x');
      await pane.shows(/\[1 Overview\]/);
      pane.type('7', '/', 'memory');
      await pane.shows(/\/memory█/);
      await pane.shows(/memory of node2/);
      assert.doesNotMatch(pane.lines().join('\n'), /node3/);
      pane.type('Escape');
      await pane.shows(/node3/);
      // The line of node3: the first alert.
      pane.type('j', 'Enter');
      await pane.shows(/● devnet node3/);
      fits();
      pane.type('Escape');
      await pane.shows(/● devnet {2}1 critical/);
      const asked = site.asked();
      pane.type('r');
      await until(() => site.asked() === asked + 3);
      pane.type('q');
      await isAsBefore(pane, before);
    });

  test('shows new answers at the next refresh, and keeps the last report of a node that went away', async (t) => {
    const site = makeSite(t, ['node1', 'node2'], 1);
    const pane = openTerminal(t, site.env);
    await begin(pane, site);
    await pane.shows(/no alerts {2}/);
    site.set('node2', undefined);
    await pane.shows(/1 critical/);
    await pane.shows(/Last reports of nodes that do not report now\n +node2 +\d+s ago/);
    site.set('node2', full);
    await pane.shows(/● devnet {2}1 warning/);
    assert.doesNotMatch(pane.lines().join('\n'), /Last reports/);
    pane.type('q');
  });

  test('obeys keys and shows the other nodes while ssh hangs; a refresh that is due is not doubled', async (t) => {
    const site = makeSite(t, ['node1', 'node2', 'node3'], 1);
    site.hang('node2');
    site.set('node3', full);
    const pane = openTerminal(t, site.env);
    const before = await begin(pane, site);
    await pane.shows(/1 warning .*2 of 3/);
    pane.type('7', 'r', 'r');
    await pane.shows(/memory of node3/);
    const asked = site.asked();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual([asked, site.asked()], [3, 3]);
    pane.type('q');
    await isAsBefore(pane, before);
    const left = runProcess(['ps', '-eo', 'args']).stdout.split('\n').filter((line) => line.includes('answers/node2')); // prettier-ignore
    assert.deepEqual(left, [], 'no ssh goes on');
  });

  test('fits a terminal whose size changes', async (t) => {
    const site = makeSite(
      t,
      Array.from({ length: 200 }, (_, index) => `node${index + 1}`),
    );
    const pane = openTerminal(t, site.env, 120, 40);
    await begin(pane, site);
    await pane.shows(/no alerts {2}/);
    pane.type('End');
    await pane.shows(/alerts +▁/);
    for (const [columns, rows] of [
      [40, 10],
      [200, 50],
      [60, 8],
      [120, 40],
    ] as const) {
      pane.resize(columns, rows);
      await until(() => pane.lines().length === rows && /\d+-\d+ of \d+$/.test(pane.lines().at(-1) ?? ''));
      const lines = pane.lines();
      assert.match(lines[0] ?? '', /^● devnet/);
      assert.match(lines[1] ?? '', /\[1 Overview\]/);
      assert.equal(lines.filter((line) => line.startsWith('›')).length, 1, lines.join('\n'));
    }
    pane.type('q');
  });

  test('obeys NO_COLOR', async (t) => {
    const site = makeSite(t, ['node1']);
    for (const [variable, isColoured] of [
      ['NO_COLOR', false],
      ['OTHER', true],
    ] as const) {
      const pane = openTerminal(t, { ...site.env, [variable]: '1' });
      await begin(pane, site);
      await pane.shows(/no alerts {2}/);
      assert.equal(pane.coloured().includes('\u001B[3'), isColoured, variable);
      pane.type('q');
    }
  });

  const ends = {
    q: (pane: Pane) => pane.type('q'),
    'Ctrl+C': (pane: Pane) => pane.type('C-c'),
    SIGTERM: (pane: Pane) => process.kill(livePid(pane), 'SIGTERM'),
    SIGHUP: (pane: Pane) => process.kill(livePid(pane), 'SIGHUP'),
    SIGINT: (pane: Pane) => process.kill(livePid(pane), 'SIGINT'),
  };
  for (const [what, end] of Object.entries(ends))
    test(`leaves the terminal as it was after ${what}, also while nodes are asked`, async (t) => {
      const site = makeSite(t, ['node1', 'node2']);
      const pane = openTerminal(t, site.env);
      for (const hangs of [false, true]) {
        if (hangs) site.hang('node2');
        const before = await begin(pane, site);
        await pane.shows(hangs ? /1 of 2/ : /no alerts {2}/);
        end(pane);
        await isAsBefore(pane, before);
      }
    });

  test('leaves the terminal as it was after an error in the program, and prints the error', async (t) => {
    const site = makeSite(t, ['node1']);
    const plant = join(temporaryFolder(t), 'plant.mjs');
    writeFileSync(plant, "process.once('SIGUSR2', () => { throw new Error('planted'); });");
    const pane = openTerminal(t, site.env);
    const before = await begin(pane, { ...site, command: `NODE_OPTIONS=--import=${plant} ${site.command}` });
    process.kill(livePid(pane), 'SIGUSR2');
    await isAsBefore(pane, before);
    await pane.shows(/monitor live: planted/);
  });

  const stops = {
    'Ctrl+Z': (pane: Pane) => pane.type('C-z'),
    'kill -TSTP': (pane: Pane) => process.kill(livePid(pane), 'SIGTSTP'),
  };
  for (const [what, stop] of Object.entries(stops))
    test(`is suspended by ${what}, also a second time, and goes on with fg`, async (t) => {
      const site = makeSite(t, ['node1']);
      const pane = openTerminal(t, site.env);
      const before = await begin(pane, site);
      await pane.shows(/no alerts {2}/);
      for (const tab of ['7 Alerts', '3 Services']) {
        stop(pane);
        await isAsBefore(pane, before);
        pane.type('fg', 'Enter');
        await pane.shows(/\? help/);
        assert.ok(isOn(pane));
        pane.type(tab.slice(0, 1));
        await pane.shows(new RegExp(`\\[${tab}\\]`));
      }
      pane.type('q');
      await isAsBefore(pane, before);
    });

  test('is drawn again as a whole after kill -STOP and fg', async (t) => {
    const site = makeSite(t, ['node1']);
    const pane = openTerminal(t, site.env);
    const before = await begin(pane, site);
    await pane.shows(/no alerts {2}/);
    process.kill(livePid(pane), 'SIGSTOP');
    await pane.shows(/^ready>$/m);
    pane.type('clear', 'Enter');
    await until(() => !pane.lines().some((line) => line.includes('help')));
    pane.type('fg', 'Enter');
    await pane.shows(/\[1 Overview\][^]*node1[^]*\? help/);
    assert.doesNotMatch(pane.lines().join('\n'), /ready>/);
    pane.type('7');
    await pane.shows(/\[7 Alerts\]/);
    pane.type('q');
    await isAsBefore(pane, before);
  });

  test('without a terminal is an error that names monitor cluster', (t) => {
    const site = makeSite(t, ['node1']);
    const { status, stdout, stderr } = runProcess(['sh', '-c', site.command], site.env);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /needs a terminal.*monitor cluster --env devnet/);
    assert.equal(site.asked(), 0);
  });

  test('120 refreshes of 20 nodes, as in an hour, leave no memory behind', async (t) => {
    const nodes = Array.from({ length: 20 }, (_, index) => `node${index + 1}`);
    const site = makeSite(t, nodes, 1);
    // What is in use after all garbage was collected: the size of the process also has what was not collected yet.
    const folder = temporaryFolder(t);
    const file = join(folder, 'memory');
    const probe = join(folder, 'probe.mjs');
    writeFileSync(
      probe,
      `import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(() => { collect(); writeFileSync('${file}.new', JSON.stringify(process.memoryUsage())); renameSync('${file}.new', '${file}'); }, 1000).unref();`,
    );
    const pane = openTerminal(t, site.env);
    await begin(pane, { ...site, command: `NODE_OPTIONS=--import=${probe} ${site.command}` });
    const seen: number[] = [];
    for (let round = 30; round <= 120; round += 30) {
      while (site.asked() < round * nodes.length) {
        pane.type('r');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { heapUsed, external } = JSON.parse(readText(file)) as NodeJS.MemoryUsage;
      seen.push((heapUsed + external) / 1e6);
    }
    const text = seen.map((value) => value.toFixed(1)).join(', ');
    t.diagnostic(`MB in use after each 30 refreshes: ${text}`);
    assert.ok((seen[3] ?? Infinity) < (seen[0] ?? 0) + 2, text);
    pane.type('q');
  });
});
