// Faults as a beat reports them: sensors that cannot be read, alarms of the chips themselves, fans.
import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Host } from '../../lib/contract/host.ts';
import { makeNet } from '../../lib/io/net.ts';
import { readText, temporaryFolder } from '../world.ts';
import { beatOn } from './beat.ts';
import { checkIns, eventsOf, hostOfChips, sentryKey, stateOf, wordsOf } from './events.ts';
import { receiver } from './receiver.ts';
import { errno, treeHost, zoneFiles } from './tree.ts';

const timeOf = (beat: number): string => new Date(Date.parse('2026-11-20T06:00:00Z') + beat * 30_000).toISOString();

const cool = { driver: 'coretemp', place: 'platform/coretemp.0', files: { temp1_input: '60000\n' } };

async function watched(t: TestContext, config = '') {
  const sentry = await receiver(t);
  const folder = temporaryFolder(t);
  const net = makeNet({ SENTRY_DSN: `http://${sentryKey}@127.0.0.1:${sentry.port}/42` });
  const text = `site: aurora\nthermal: { sentry: { dsn: $SENTRY_DSN }, ${config} }`;
  let beats = 0;
  const beatsOn = async (machine: Host, count: number) => {
    let outcome;
    for (let beat = 0; beat < count; beat++) outcome = await beatOn(folder, machine, text, net).run(timeOf(beats++));
    return outcome ?? assert.fail();
  };
  const { textfile, state } = beatOn(folder, machine0, text, net);
  return { sentry, beatsOn, textfile, state, folder };
}
const machine0 = hostOfChips(cool);

const keptIn = (folder: string): string => join(folder, 'state', 'thermal', 'episodes.json');
const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

describe('a judged sensor that cannot be read', () => {
  const unreadable = { temp1_input: errno('EIO') };
  const nvme = { driver: 'nvme', place: 'pci0/0000:03:00.0/nvme/nvme0' };
  const cases: [what: string, machine: Host, title: string, config?: string][] = [
    ['the CPU’s only sensor', hostOfChips({ ...cool, files: unreadable }), 'CPU package on platform/coretemp.0'],
    [
      'the package, though its cores can be read',
      hostOfChips({
        ...cool,
        files: { ...unreadable, temp1_label: 'Package id 0', temp2_input: '50000', temp2_label: 'Core 0' },
      }),
      'CPU package on platform/coretemp.0',
    ],
    [
      'one of two packages',
      hostOfChips(cool, { ...cool, place: 'platform/coretemp.1', files: unreadable }),
      'CPU package on platform/coretemp.1',
    ],
    [
      'a package that says nonsense',
      hostOfChips({ ...cool, files: { temp1_input: 'nan\n' } }),
      'CPU package on platform/coretemp.0',
    ],
    [
      'Tdie beside Tctl',
      hostOfChips({
        driver: 'k10temp',
        place: 'pci0/18.3',
        files: { temp1_input: '60000', temp1_label: 'Tctl', temp2_input: errno('EIO'), temp2_label: 'Tdie' },
      }),
      'CPU package on pci0/18.3',
    ],
    [
      'the zone of an ARM board',
      treeHost(zoneFiles(['cpu-thermal', errno('EAGAIN')], ['gpu-thermal', '40000'])),
      'CPU package on cpu-thermal',
    ],
    ['an NVMe disk', hostOfChips(cool, { ...nvme, files: unreadable }), 'NVMe disk on pci0/0000:03:00.0'],
    [
      'a SATA disk',
      hostOfChips(cool, { driver: 'drivetemp', place: 'pci0/ata1', files: unreadable }),
      'disk on pci0/ata1',
    ],
    [
      'a sensor with a critical limit of its own',
      hostOfChips(cool, { driver: 'jc42', place: 'i2c', files: { ...unreadable, temp1_crit: '95000' } }),
      'temp1 on i2c',
    ],
    [
      'a sensor named in the configuration, which is faulted',
      hostOfChips(cool, { driver: 'it87', place: 'it87', files: { temp1_input: '30000', temp1_fault: '1' } }),
      'temp1 on it87',
      'for: [{ chip: it87, sensor: temp1, above: 50 C }]',
    ],
    [
      'a chip without a readable name',
      hostOfChips(cool, { driver: 'x', place: 'x', files: { name: errno('EIO'), temp1_input: '30000' } }),
      'a chip without a readable name on hwmon1',
    ],
    [
      'the source as a whole',
      { ...hostOfChips(cool), list: (path) => Promise.reject(path.includes('hwmon') ? errno('EIO') : errno('ENOENT')) },
      'the source hwmon on this machine',
    ],
  ];

  test('is an event with its name after 10 beats, fails the check-in while it lasts, and ends', async (t) => {
    assert.ok(cases.length >= 12);
    for (const [what, machine, title, config = ''] of cases) {
      const { sentry, beatsOn } = await watched(t, config);
      await beatsOn(machine, 9);
      assert.deepEqual(eventsOf(sentry.received), [], what);
      const { problems, counts } = await beatsOn(machine, 1);
      const [begun] = eventsOf(sentry.received);
      assert.match(wordsOf(begun), new RegExp(`^${title} cannot be read: `), what);
      assert.ok(problems.includes(wordsOf(begun)), problems.join('\n'));
      assert.equal(counts['unread'], 1, what);
      assert.equal(checkIns(sentry.received).at(-1)?.['status'], 'error', what);
      await beatsOn(machine0, 1);
    }
  });

  test('ends when the sensor can be read again, and the check-in is ok again', async (t) => {
    const { sentry, beatsOn } = await watched(t, 'unread: 4');
    await beatsOn(hostOfChips({ ...cool, files: unreadable }), 6);
    await beatsOn(machine0, 3);
    assert.deepEqual(eventsOf(sentry.received).map(stateOf), ['begun', 'over']);
    assert.match(
      wordsOf(eventsOf(sentry.received)[1]),
      /^CPU package on platform\/coretemp\.0 could not be read for 2m 30s: temp1: EIO.*; it is well again$/,
    );
    assert.deepEqual(
      checkIns(sentry.received).map(({ status }) => status),
      // It ends with the third beat that can read the sensor.
      ['error', 'error', 'error', 'error', 'error', 'error', 'error', 'error', 'ok'],
    );
  });

  test('ends also of a chip whose very name could not be read', async (t) => {
    const { sentry, beatsOn } = await watched(t, 'unread: 2');
    const chip = { driver: 'x', place: 'x', files: { temp1_input: '30000' } };
    await beatsOn(hostOfChips(cool, { ...chip, files: { ...chip.files, name: errno('EIO') } }), 2);
    await beatsOn(hostOfChips(cool, chip), 3);
    assert.deepEqual(eventsOf(sentry.received).map(stateOf), ['begun', 'over']);
  });

  const quiet: [what: string, machine: Host, config?: string][] = [
    ['a sensor without a limit', hostOfChips(cool, { driver: 'iwlwifi_1', place: 'w', files: unreadable })],
    [
      'an exempted package',
      hostOfChips({ ...cool, files: unreadable }, cool),
      'for: [{ chip: "platform/coretemp.0*" }]',
    ],
    [
      'a virtual disk without a temperature',
      hostOfChips(cool, { driver: 'nvme', place: 'pci/nvme/nvme0', files: { temp1_input: '-273150' } }),
    ],
    [
      'a graphics card that sleeps',
      hostOfChips(cool, { driver: 'amdgpu', place: 'gpu', files: { ...unreadable, temp1_crit: '100000' } }),
    ],
    [
      'an unconnected input that a pattern fits',
      hostOfChips(cool, { driver: 'it87', place: 'it87', files: { temp1_input: '-128000', temp2_input: '30000' } }),
      'for: [{ chip: it87, sensor: temp*, above: 60 C }]',
    ],
    [
      'a disk that another source shows',
      treeHost(
        {
          '/sys/class/hwmon/hwmon0/name': 'nvme',
          '/sys/class/hwmon/hwmon0/temp1_input': errno('EIO'),
          '/run/ops-monitor-nvme/nvme0.json': '{ "temperature":318 }',
        },
        {
          '/sys/class/hwmon/hwmon0': '/sys/devices/pci0/03.0/nvme/nvme0/hwmon0',
          '/sys/class/nvme/nvme0': '/sys/devices/pci0/03.0/nvme/nvme0',
        },
        { stat: async () => ({ kind: 'file', size_bytes: 1, modified_at: timeOf(0) }) },
      ),
    ],
  ];
  test('is no alert where nobody misses it', async (t) => {
    assert.ok(quiet.length >= 6);
    for (const [what, machine, config = ''] of quiet) {
      const { sentry, beatsOn } = await watched(t, `unread: 2, ${config}`);
      await beatsOn(machine, 4);
      assert.deepEqual(eventsOf(sentry.received).map(wordsOf), [], what);
      assert.equal(checkIns(sentry.received).at(-1)?.['status'], 'ok', what);
    }
  });
});

describe('alarms of chips, and fans', () => {
  const board = (files: Record<string, string>) => hostOfChips(cool, { driver: 'nct6775', place: 'board', files });
  const wrong: [files: Record<string, string>, says: string][] = [
    [
      { fan1_input: '0', fan1_min: '600' },
      'fan fan1 on board does not turn as it should: it stands still, its minimum is 600 rpm',
    ],
    [
      { fan1_input: '200', fan1_min: '600', fan1_alarm: '1', fan1_label: 'CPU Fan' },
      'fan CPU Fan on board does not turn as it should: 200 rpm, and its alarm is on, its minimum is 600 rpm',
    ],
    [{ fan2_input: '0', fan2_alarm: '1' }, 'fan fan2 on board does not turn as it should: 0 rpm, and its alarm is on'],
    [
      { temp1_input: '90000', temp1_crit: '95000', temp1_crit_alarm: '1' },
      'temp1 on board raises its own alarm: 90 C, its critical limit is 95 C',
    ],
    [{ temp1_input: '90000', temp1_emergency_alarm: '1' }, 'temp1 on board raises its own alarm: 90 C'],
    [{ temp1_input: '96000', temp1_crit: '95000' }, 'temp1 on board is at 96 C (above 95 C)'],
  ];
  const well: Record<string, string>[] = [
    { fan1_input: '0' },
    { fan1_input: '0', fan1_min: '0' },
    { fan1_input: '900', fan1_min: '600', fan1_alarm: '1' },
    { fan1_input: '900', fan1_min: '600', fan1_alarm: '0' },
    { fan1_input: '', fan1_min: '600' },
    { in0_input: '0', in0_alarm: '1', temp1_input: '30000' },
    { temp1_input: '30000', temp1_max: '0', temp1_alarm: '1', temp1_max_alarm: '1' },
    { temp1_input: '30000', temp1_crit: '0', temp1_crit_alarm: '1' },
    { temp1_input: '96000', temp1_crit: '65261850', temp1_crit_alarm: '0' },
    { temp1_input: '30000', temp1_crit: '-5000' },
  ];

  test('alert after three beats, and end after three', async (t) => {
    assert.ok(wrong.length >= 6);
    for (const [files, says] of wrong) {
      const { sentry, beatsOn } = await watched(t);
      await beatsOn(board(files), 2);
      assert.deepEqual(eventsOf(sentry.received), []);
      await beatsOn(board(files), 1);
      assert.deepEqual(eventsOf(sentry.received).map(wordsOf), [says]);
      assert.equal(checkIns(sentry.received).at(-1)?.['status'], 'ok', 'the machine could be read');
      const off = Object.entries(files).map(([name]): [string, string] => [
        name,
        name.endsWith('_crit')
          ? '95000'
          : name.endsWith('_alarm')
            ? '0'
            : /label/.test(name)
              ? 'CPU Fan'
              : /temp/.test(name)
                ? '30000'
                : '1000',
      ]);
      await beatsOn(board(Object.fromEntries(off)), 3);
      assert.deepEqual(eventsOf(sentry.received).map(stateOf), ['begun', 'over'], says);
    }
  });

  test('are silent where a fan may stand still, a limit is nonsense, or the alarm is of a voltage', async (t) => {
    assert.ok(well.length >= 10);
    for (const files of well) {
      const { sentry, beatsOn } = await watched(t, 'samples: 1, unread: 1');
      await beatsOn(board(files), 2);
      assert.deepEqual(eventsOf(sentry.received).map(wordsOf), [], JSON.stringify(files));
    }
  });

  test('do not concern a chip that is exempted', async (t) => {
    const { sentry, beatsOn } = await watched(t, 'samples: 1, for: [{ chip: board }]');
    await beatsOn(board(Object.assign({}, ...wrong.map(([files]) => files)) as Record<string, string>), 2);
    assert.deepEqual(eventsOf(sentry.received), []);
  });

  test('are metrics, also of a temperature and a fan of one name', async (t) => {
    const { beatsOn, textfile } = await watched(t);
    const named = { temp1_label: 'CPU', fan1_label: 'CPU' };
    await beatsOn(
      board({
        temp1_input: '30000',
        temp1_crit_alarm: '0',
        fan1_input: '800',
        fan1_min: '300',
        fan1_alarm: '1',
        ...named,
      }),
      1,
    );
    const text = readText(textfile);
    for (const line of ['alarm', 'fan_rpm', 'fan_min_rpm', 'fan_alarm'].map(
      (name, index) => `node_thermal_${name}{source="hwmon",chip="board",sensor="CPU"} ${[0, 800, 300, 1][index]}`,
    ))
      assert.ok(text.includes(`\n${line}\n`), line);
    const series = text
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.replace(/ \S+$/, ''));
    assert.equal(new Set(series).size, series.length, 'a series twice');
  });

  test('limits of disks and graphics cards apply by default', async (t) => {
    const { beatsOn, sentry } = await watched(t, 'samples: 1');
    const hot = (driver: string, place: string, celsius: number) => ({
      driver,
      place,
      files: { temp1_input: `${celsius}000` },
    });
    const gpus = ['amdgpu', 'radeon', 'nouveau', 'nvidia'];
    await beatsOn(
      hostOfChips(
        cool,
        hot('drivetemp', 'ata1', 61),
        hot('drivetemp', 'ata2', 59),
        ...gpus.map((gpu) => hot(gpu, gpu, 96)),
      ),
      1,
    );
    assert.deepEqual(
      eventsOf(sentry.received).map(wordsOf).sort(),
      [...gpus.map((gpu) => `GPU on ${gpu} is at 96 C (above 95 C)`), 'disk on ata1 is at 61 C (above 60 C)'].sort(),
    );
  });
});

describe('a reboot', () => {
  const hotCpu = hostOfChips({ ...cool, files: { temp1_input: '91000\n' } });
  for (const [what, isTold] of [
    ['told', true],
    ['owed', false],
  ] as const)
    test(`does not lose a beginning that was ${what}`, async (t) => {
      const { sentry, beatsOn, state } = await watched(t);
      if (!isTold) sentry.answers['/envelope/'] = { status: 500 };
      await beatsOn(hotCpu, 4);
      rmSync(state);
      delete sentry.answers['/envelope/'];
      sentry.received.splice(0);
      await beatsOn(machine0, 3);
      const told = eventsOf(sentry.received);
      assert.deepEqual(told.map(stateOf), isTold ? ['over'] : ['begun', 'over']);
      assert.equal(
        wordsOf(told.at(-1)),
        'CPU package on platform/coretemp.0 was above 85 C from 2026-11-20T06:01:00.000Z on, and the machine was restarted since, at most 91 C; it is well again: 60 C',
      );
      rmSync(state);
      sentry.received.splice(0);
      await beatsOn(machine0, 3);
      assert.deepEqual(eventsOf(sentry.received), [], 'what has ended and was reported is forgotten');
    });

  test('goes on with an alert that lasts, and with a fault', async (t) => {
    const { sentry, beatsOn, state } = await watched(t, 'unread: 2');
    const bad = hostOfChips(
      { ...cool, files: { temp1_input: '91000\n', fan1_input: '0', fan1_min: '5' } },
      { driver: 'nvme', place: 'n', files: { temp1_input: errno('EIO') } },
    );
    await beatsOn(bad, 3);
    rmSync(state);
    await beatsOn(bad, 3);
    const states = eventsOf(sentry.received).map(stateOf);
    assert.equal(states.filter((one) => one === 'begun').length, 3, 'each begins once');
    rmSync(state);
    await beatsOn(
      hostOfChips(
        { ...cool, files: { temp1_input: '60000\n', fan1_input: '900', fan1_min: '5' } },
        { driver: 'nvme', place: 'n', files: { temp1_input: '40000' } },
      ),
      4,
    );
    assert.equal(
      eventsOf(sentry.received)
        .map(stateOf)
        .filter((one) => one === 'over').length,
      3,
    );
  });

  test('finds a file that is written only when an alert begins, is reported or ends', async (t) => {
    const { beatsOn, folder, sentry } = await watched(t);
    const path = keptIn(folder);
    const written: (number | undefined)[] = [];
    for (const machine of [
      machine0,
      machine0,
      ...Array.from({ length: 12 }, () => hotCpu),
      ...Array.from({ length: 8 }, () => machine0),
    ]) {
      await beatsOn(machine, 1);
      written.push(inodeOf(path));
    }
    assert.equal(eventsOf(sentry.received).length, 2);
    assert.equal(written[1], undefined, 'a machine that is well has no such file');
    assert.ok(new Set(written).size <= 5, written.join(' '));
  });
});
