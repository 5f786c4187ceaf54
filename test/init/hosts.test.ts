// What `init` writes on every recorded machine, and what the first cycle with it finds there.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { tryOut } from '../../lib/commands/init/try-out.ts';
import { configurationOf, survey } from '../../lib/commands/init/survey.ts';
import { openRecordedHost, readMachine } from '../../lib/io/recorded.ts';
import { assertGolden } from '../golden.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';

const machines = join(root, 'test', 'hosts');
const names = readdirSync(machines);

/** The person's part: what is asked for on the command line, and the own ssh_config. */
const asked: Readonly<Record<string, { streamsIn: readonly string[]; sshConfig: string }>> = {
  archive: {
    streamsIn: ['/archive/raw'],
    sshConfig: 'Host *\n  ForwardAgent no\nHost radar-pc lidar-pc\n  IdentityFile ~/.ssh/id_secret\n',
  },
};
const nothing = { streamsIn: [], sshConfig: '' };

async function initOn(name: string) {
  const machine = join(machines, name);
  const { recorded_at } = await readMachine(machine);
  const at = new Date(recorded_at);
  const openHost = (host: string, signal: AbortSignal) => openRecordedHost(machine, host, signal);
  const found = await survey({ site: name, files: {}, at, open: async () => openHost, ...(asked[name] ?? nothing) });
  return { machine, at, openHost, ...found };
}

/** Faults of the machine, which a first cycle is to show. */
const trulyRed: Readonly<Record<string, readonly string[]>> = {
  sick: ['filesystem-usage:data', 'filesystem-inodes:scratch'],
};

describe('init on recorded machines', () => {
  test('there are at least six machines', () => assert.ok(names.length >= 6, names.join(', ')));

  for (const name of names)
    test(`${name}: the configuration is the expected one, and its first cycle is red only where the machine is`, async () => {
      const { machine, at, openHost, text, left, notes, troubles } = await initOn(name);
      const told = [
        ...left.map(({ what, why }) => `left out: ${what}: ${why}`),
        ...troubles.map(({ level, message }) => `not well: ${level}: ${message}`),
        ...notes,
      ];
      assertGolden(join(machine, 'expected', 'init.yaml'), text);
      assertGolden(join(machine, 'expected', 'init.txt'), `${told.join('\n')}\n`);
      const config = configurationOf(text);
      const { tried } = await tryOut(config, openHost, at);
      assert.ok(tried.length >= 3, `only ${tried.length} observations on ${name}`);
      const bad = tried.filter(({ level }) => level === 'red' || level === 'unknown');
      assert.deepEqual(
        bad.map(({ check, subject }) => `${check}:${subject}`).toSorted(),
        [...(trulyRed[name] ?? [])].toSorted(),
      );
    });

  test('every suggestion is a valid entry once its `#` is taken away', async () => {
    let lines = 0;
    for (const name of names) {
      const { text } = await initOn(name);
      const opened = text.replaceAll(/^# (?= |\w+:$)/gm, () => (lines++, ''));
      configurationOf(opened);
    }
    assert.ok(lines >= 20, `only ${lines} lines were suggestions`);
  });

  test('of an ssh_config only the names of machines are taken over', () => {
    const text = readText(join(machines, 'archive', 'expected', 'init.yaml'));
    assert.match(text, /# {3}radar-pc: \{ ssh: radar-pc \}/);
    assert.doesNotMatch(text, /id_secret|Forward/);
  });
});
