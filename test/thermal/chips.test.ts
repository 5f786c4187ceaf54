// Chips of old drivers, chips without a name, and the order in which chips are read.
import assert from 'node:assert/strict';
import test, { describe, type TestContext } from 'node:test';
import type { Host } from '../../lib/contract/host.ts';
import { chipsOf } from '../../lib/thermal/hanging.ts';
import { isGood, type Reading } from '../../lib/thermal/reading.ts';
import { hwmon } from '../../lib/thermal/sources/hwmon.ts';
import { zones } from '../../lib/thermal/sources/thermal_zone.ts';
import { temporaryFolder } from '../world.ts';
import { beatOn, processesOf, readFrom } from './beat.ts';
import { type Chip, hostOfChips } from './events.ts';
import { errno, type Tree, treeHost, zoneFiles } from './tree.ts';

const entry = '/sys/class/hwmon/hwmon0';
const place = '/sys/devices/platform/smc.768';
const real = `${place}/hwmon/hwmon0`;

/** One chip as these files below hwmon0. */
const laidOut = (files: Tree, links: Record<string, string> = {}): Host =>
  treeHost(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${entry}/${name}`, text])), {
    [entry]: real,
    ...links,
  });

const driverLink = { [`${real}/device/driver`]: '/sys/bus/platform/drivers/applesmc' };

describe('the files of a chip', () => {
  const cases: [what: string, host: Host, driver: string, seen: Record<string, number | string>][] = [
    [
      'in the folder of the device, as of applesmc',
      laidOut({
        'power/control': 'auto',
        'device/name': 'applesmc\n',
        'device/temp1_input': '45000\n',
        'device/temp1_label': 'TC0D\n',
        'device/temp2_input': '46000\n',
        'device/fan1_input': '1998\n',
        'device/fan1_min': '2000\n',
      }),
      'applesmc',
      { TC0D: 45, temp2: 46, fan1: 1998 },
    ],
    [
      'with the name beside the chip only',
      laidOut({ name: 'w83627\n', 'device/temp1_input': '45000' }),
      'w83627',
      { temp1: 45 },
    ],
    [
      'with the name at the device only',
      laidOut({ temp1_input: '45000', 'device/name': 'abit\n' }),
      'abit',
      { temp1: 45 },
    ],
    [
      'without a name, but with a driver',
      laidOut({ temp1_input: '45000', 'device/x': '' }, driverLink),
      'applesmc',
      { temp1: 45 },
    ],
    ['without a name or a driver', laidOut({ temp1_input: '45000', 'device/x': '' }), 'unnamed', { temp1: 45 }],
    ['without a device', laidOut({ temp1_input: '45000' }), 'unnamed', { temp1: 45 }],
    ['with an empty name', laidOut({ name: '\n', temp1_input: '45000' }), 'unnamed', { temp1: 45 }],
    ['of fans only', laidOut({ name: 'fanctl', fan1_input: '900' }), 'fanctl', { fan1: 900 }],
    [
      'with a label that cannot be read',
      laidOut({ name: 'x', 'device/temp1_input': '45000', 'device/temp1_label': errno('EIO') }),
      'x',
      { temp1: 45 },
    ],
    [
      'in both folders: those beside the chip count',
      laidOut({ name: 'x', temp1_input: '45000', 'device/temp1_input': '45000' }),
      'x',
      { temp1: 45 },
    ],
    [
      'with a name that cannot be read',
      laidOut({ name: errno('EIO'), temp1_input: '45000' }),
      '',
      { temp: 'unreadable' },
    ],
    ['with a device that cannot be listed', laidOut({ name: 'x', device: errno('EIO') }), '', { temp: 'unreadable' }],
  ];

  test('are found where libsensors and node-exporter find them', async () => {
    assert.ok(cases.length >= 12);
    for (const [what, host, driver, seen] of cases) {
      const [read] = await readFrom([hwmon], host);
      const readings = read?.readings ?? [];
      const found = [
        ...readings.map((one) => [one.sensor, isGood(one) ? one.celsius : one.problem]),
        ...(read?.fans ?? []).map(({ sensor, rpm }) => [sensor, rpm]),
      ];
      assert.deepEqual(Object.fromEntries(found), seen, what);
      for (const one of [...readings, ...(read?.fans ?? [])]) {
        assert.equal(one.driver, driver, what);
        if (driver !== '') assert.equal(one.chip, 'platform/smc.768', what);
      }
    }
  });

  test('of a chip without temperatures and fans are no source', async () => {
    const [read] = await readFrom([hwmon], laidOut({ name: 'BAT0', in0_input: '12000', 'device/x': '' }));
    assert.equal(read?.status, 'absent');
  });
});

describe('the order of reading', () => {
  const slow = (number: number, driver = 'drivetemp', files: Tree = { temp1_input: '30000' }): Chip => ({
    driver,
    place: `ata${number}`,
    files,
  });

  /** Notes which chips are asked, each for so many milliseconds. */
  function asked(chips: readonly Chip[], ms: (path: string) => number, more: Tree = {}) {
    const plain = hostOfChips(...chips);
    const other = treeHost(more);
    const order: string[] = [];
    const isOther = (path: string): boolean => path.startsWith('/sys/class/thermal');
    const readText = async (path: string): Promise<string> => {
      if (/_(input|crit)$|\/temp$/.test(path)) {
        order.push(path.split('/').slice(-2).join('/'));
        await new Promise((resolve) => setTimeout(resolve, ms(path)));
      }
      return (isOther(path) ? other : plain).readText(path);
    };
    const list = (path: string) => (isOther(path) ? other : plain).list(path);
    return { order, host: { ...plain, readText, list } };
  }

  test('begins with NVMe disks, however many other chips come before them', async () => {
    const chips = [...Array.from({ length: 20 }, (_, index) => slow(index)), slow(20, 'nvme'), slow(21, 'nvme')];
    const zoned = zoneFiles(...Array.from({ length: 10 }, (_, index) => [`zone${index}`, '30000'] as const));
    const { order, host } = asked(chips, () => 5, zoned);
    await readFrom([hwmon, zones], host);
    assert.equal(order.length, 32);
    assert.ok(order.slice(0, 4).includes('hwmon20/temp1_input'), order.join(' '));
    assert.ok(order.slice(0, 4).includes('hwmon21/temp1_input'), order.join(' '));
  });

  /** The places of the chips that each of these beats could read. */
  async function readInBeats(t: TestContext, host: Host, count: number): Promise<string[][]> {
    const folder = temporaryFolder(t);
    const found: string[][] = [];
    for (let beat = 0; beat < count; beat++) {
      const time = new Date(Date.parse('2026-11-20T06:00:00Z') + beat * 30_000).toISOString();
      const { json } = await beatOn(folder, host, '', undefined, { isTimed: true }).run(time);
      found.push((json as { readings: Reading[] }).readings.filter(isGood).map(({ chip }) => chip));
    }
    return found;
  }

  test('lets each of many slow disks be read at least in every third beat', async (t) => {
    const { host } = asked(
      Array.from({ length: 22 }, (_, number) => slow(number)),
      () => 300,
    );
    const beats = await readInBeats(t, host, 3);
    assert.ok(
      beats.every(({ length }) => length < 22),
      'they are too many for one beat',
    );
    assert.equal(new Set(beats.flat()).size, 22);
  });

  test('lets two disks that never answer in time starve no other', async (t) => {
    const { host } = asked([slow(0), slow(1), slow(2), slow(3)], (path) => (/hwmon[01]\//.test(path) ? 3400 : 20));
    const [, second] = await readInBeats(t, host, 2);
    assert.deepEqual(second, ['ata2', 'ata3']);
  });

  test('lets two chips of many slow sensors starve no disk', async (t) => {
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`temp${index + 1}_input`, '30000']));
    const chips = [slow(0, 'it87', many), slow(1, 'it87', many), slow(2), slow(3), slow(4, 'nvme')];
    const { host } = asked(chips, (path) => (/hwmon[01]\//.test(path) ? 400 : 20));
    const [read = []] = await readInBeats(t, host, 1);
    for (const number of [2, 3, 4]) assert.ok(read.includes(`ata${number}`), read.join(' '));
  });

  test('ends with the chips that were late or slow in the beat before, and prefers those that were not asked', async () => {
    const dead = { pid: 1, started: '1', since: '2026-11-20T06:00:00.000Z' };
    const chips = chipsOf(
      { hung: { '/sys/late': dead }, slow: ['/sys/slow'], unasked: ['/sys/b'] },
      processesOf(),
      () => 0,
    );
    const order: string[] = [];
    const host = treeHost({});
    const noted = { ...host, readText: async (path: string) => (order.push(path), '') };
    await Promise.all(
      ['/sys/late', '/sys/slow', '/sys/a', '/sys/b', '/sys/c'].map((folder) =>
        chips.asker(noted, folder, 'drivetemp')(folder),
      ),
    );
    assert.deepEqual(order, ['/sys/b', '/sys/a', '/sys/c', '/sys/late', '/sys/slow']);
  });
});
