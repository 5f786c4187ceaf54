// Odd output that real sensors, disks and kernels give, each with the expected reading.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Host } from '../../lib/contract/host.ts';
import type { Source } from '../../lib/thermal/read-sources.ts';
import { cpuPackages, nvmeDisks } from '../../lib/thermal/package.ts';
import { isGood, type Reading } from '../../lib/thermal/reading.ts';
import { hwmon } from '../../lib/thermal/sources/hwmon.ts';
import { nvme } from '../../lib/thermal/sources/nvme.ts';
import { sensors } from '../../lib/thermal/sources/sensors.ts';
import { zones } from '../../lib/thermal/sources/thermal_zone.ts';
import { findFlat } from '../../lib/thermal/stuck.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';
import { readFrom } from './beat.ts';
import { tracksAfter } from './step.ts';
import { chipHost, errno, sensorsHost, treeHost, zoneFiles } from './tree.ts';

const at = new Date('2026-11-20T06:00:00Z');
const limits = configurationOf('').thermal;

/** The numbers of the inputs that have a test. */
const tested = new Set<number>();

function nasty(number: number, says: string, check: () => void | Promise<void>): void {
  tested.add(number);
  test(`#${number} ${says}`, check);
}

/** `chip/sensor` → its temperature or problem; or the outcome of the whole source. */
async function read(source: Source, host: Host): Promise<Record<string, number | string> | string> {
  const [found] = await readFrom([source], host);
  assert.ok(found);
  if (found.status !== 'ok' && found.readings.length === 0) return `${found.status}: ${found.reason}`;
  return Object.fromEntries(
    found.readings.map((one) => [`${one.chip}/${one.sensor}`, isGood(one) ? one.celsius : one.problem]),
  );
}

const good = (
  source: Reading['source'],
  driver: string,
  sensor: string,
  celsius: number,
  id = 'temp1',
  chip = driver,
): Reading => ({ source, chip, sensor, driver, id, celsius });

const smartHost = (stdout: string, stderr = ''): Host =>
  treeHost(
    { '/run/ops-monitor-nvme/nvme0.json': stdout, '/run/ops-monitor-nvme/nvme0.err': stderr },
    { '/sys/class/nvme/nvme0': '/sys/devices/pci0000:00/0000:03:00.0/nvme/nvme0' },
    { stat: async () => ({ kind: 'file', size_bytes: 1, modified_at: '2026-11-20T05:58:00Z' }) },
  );
const disk = (sensor: string): string => `pci0000:00/0000:03:00.0/${sensor}`;
const core = (sensor: string): string => `coretemp-isa-0000/${sensor}`;
const chipOf = (name: string, adapter: string, features: readonly string[]): string =>
  `   "${name}":{\n      "Adapter": "${adapter}",\n${features.join(',\n')}\n   }`;
const chips = (...all: string[]): string => `{\n${all.join(',\n')}\n}\n`;
/** One chip of a processor. */
const chip = (...features: string[]): string => chips(chipOf('coretemp-isa-0000', 'ISA adapter', features));
const feature = (label: string, body: string): string => `      "${label}":{\n         ${body}\n      }`;
const temp = (label: string, number: number, value: string): string =>
  feature(label, `"temp${number}_input": ${value}`);
const one = feature('Package id 0', '"temp1_input": 65.000,\n         "temp1_crit": 100.000');
const cannot = (number: number): string => `ERROR: Can't get value of subfeature temp${number}_input: Can't read\n`;
const endsBadly = (stderr: string, stdout = ''): Host => sensorsHost(stdout, { exit_code: 1, stderr });
const noSensors = 'No sensors found!\nMake sure you loaded all the kernel drivers you need.';

type Case<From = Host> = readonly [number: number, what: string, from: From, expected: unknown];

/** A text is what `sensors` printed. */
const ofSensors: Case<Host | string>[] = [
  [1, 'no sensors, as on a VM', endsBadly(noSensors, '{\n\n}\n'), 'absent: sensors found none'],
  [
    1,
    'no kernel interface',
    endsBadly('sensors_init: Kernel interface error'),
    'failed: sensors ended with 1: sensors_init: Kernel interface error',
  ],
  [2, 'errors within the output', cannot(3) + chip(one), { [core('Package id 0')]: 65 }],
  [
    2,
    'errors in the middle of it',
    chip(one, cannot(2) + feature('Core 0', '"temp2_crit": 100.000')),
    { [core('Package id 0')]: 65 },
  ],
  [3, 'a feature without an input', chip('      "AUXTIN0":{\n      }', one), { [core('Package id 0')]: 65 }],
  ...['nan', '-nan', 'inf'].map((word): Case<string> => [
    4,
    word,
    chip(temp('Core 0', 2, word), one),
    { [core('Core 0')]: 'implausible', [core('Package id 0')]: 65 },
  ]),
  [
    5,
    'a comma behind the adapter',
    chips(
      '   "acpi-virtual-0":{\n      "Adapter": "Virtual device",\n   }',
      chipOf('k10temp-pci-00c3', 'PCI adapter', [temp('Tdie', 2, '61.125')]),
    ),
    { 'k10temp-pci-00c3/Tdie': 61.125 },
  ],
  [6, 'a quote in a label', chip(temp('the "hot" one', 1, '65.000')), { [core('the "hot" one')]: 65 }],
  [6, 'a backslash in a label', chip(temp('C:\\', 1, '65.000')), { [core('C:\\')]: 65 }],
  [
    7,
    'chips of one name',
    chips(
      ...['91.000', '27.800'].map((value) => chipOf('acpitz-virtual-0', 'Virtual device', [temp('temp1', 1, value)])),
    ),
    { 'acpitz-virtual-0/temp1': 91, 'acpitz-virtual-0#2/temp1': 27.8 },
  ],
  [
    8,
    'labels of one name',
    chip(temp('Core 0', 2, '91.000'), temp('Core 0', 10, '27.800')),
    { [core('temp2')]: 91, [core('temp10')]: 27.8 },
  ],
  [
    11,
    'a fault as sensors tells it',
    chip(feature('temp1', '"temp1_input": 40.000,\n "temp1_fault": 1.000')),
    { [core('temp1')]: 'faulted' },
  ],
  [
    28,
    'cores with gaps',
    chip(temp('Core 0', 2, '60.000'), temp('Core 4', 6, '61.000'), temp('Core 24', 26, '62.000')),
    { [core('Core 0')]: 60, [core('Core 4')]: 61, [core('Core 24')]: 62 },
  ],
  [30, 'a word in Fahrenheit', chip(temp('Core 0', 2, '149.000F')), { [core('Core 0')]: 'implausible' }],
  [
    31,
    'a comma for a point',
    chip(temp('Core 0', 2, '44,850')),
    'failed: the output of sensors is not understood: expected a name, got "850\\n      }\\n   }\\n}"',
  ],
  [32, 'cut off in the middle', chip(one).slice(0, 90), 'failed: the output of sensors is cut off: expected a name'],
  [
    32,
    'more than is taken',
    hostOf({ run: () => Promise.reject(new Error('sensors -j printed more than 8388608 bytes')) }),
    'failed: sensors -j printed more than 8388608 bytes',
  ],
];

const temp1Of = (driver: string, read: number | string) => ({ [`platform/${driver}.0/temp1`]: read });

/** Most cases have one chip, as hwmon0. */
const ofHwmon: Case[] = [
  [
    8,
    'labels of one name in hwmon',
    chipHost('dell_smm', {
      temp1_input: '41000\n',
      temp1_label: 'SODIMM\n',
      temp2_input: '43000\n',
      temp2_label: 'SODIMM\n',
      temp3_input: '50000\n',
      temp3_label: 'CPU\n',
    }),
    { 'platform/dell_smm.0/temp1': 41, 'platform/dell_smm.0/temp2': 43, 'platform/dell_smm.0/CPU': 50 },
  ],
  [
    9,
    'implausible limits',
    chipHost('nvme', { temp1_input: '44850\n', temp1_max: '65261850\n', temp1_min: '-273150\n' }),
    { 'platform/nvme.0/temp1': 44.85 },
  ],
  ...['-128000', '-127000', '-216200', '-234200', '255000', '511000'].map((text): Case => [
    10,
    `${text} of an unconnected one`,
    chipHost('nct6775', { temp1_input: `${text}\n` }),
    temp1Of('nct6775', 'implausible'),
  ]),
  [
    11,
    '127 with its fault',
    chipHost('it87', { temp1_input: '127000\n', temp1_fault: '1\n', temp2_input: '40000\n', temp2_fault: '0\n' }),
    { 'platform/it87.0/temp1': 'faulted', 'platform/it87.0/temp2': 40 },
  ],
  [11, '127 without a fault', chipHost('it87', { temp1_input: '127000\n' }), temp1Of('it87', 'implausible')],
  [13, 'absolute zero of a virtual disk', chipHost('nvme', { temp1_input: '-273150\n' }), temp1Of('nvme', 'absent')],
  [
    16,
    'an alarm beyond a limit of 0',
    chipHost('coretemp', { temp1_input: '45000\n', temp1_crit: '0\n', temp1_crit_alarm: '1\n' }),
    { 'platform/coretemp.0/temp1': 45 },
  ],
  [
    19,
    'a chip under another number',
    treeHost(
      { '/sys/class/hwmon/hwmon7/name': 'coretemp\n', '/sys/class/hwmon/hwmon7/temp1_input': '45000\n' },
      { '/sys/class/hwmon/hwmon7': '/sys/devices/platform/coretemp.0/hwmon/hwmon7' },
    ),
    { 'platform/coretemp.0/temp1': 45 },
  ],
  ...['45\n', '', '\n', '4.5e4\n', '45000 C\n', '0x4000\n', '0\n', '1e9999\n'].map((text): Case => [
    20,
    `${JSON.stringify(text)} for millidegrees`,
    chipHost('acpitz', { temp1_input: text, temp2_input: '45000' }),
    { 'platform/acpitz.0/temp1': 'implausible', 'platform/acpitz.0/temp2': 45 },
  ]),
  ...['EISDIR', 'EACCES', 'ELOOP'].flatMap((code): Case[] => [
    [
      21,
      `${code} of a sensor`,
      chipHost('acpitz', { temp1_input: errno(code), temp2_input: '45000\n' }),
      { 'platform/acpitz.0/temp1': 'unreadable', 'platform/acpitz.0/temp2': 45 },
    ],
    [
      21,
      `${code} of a chip`,
      treeHost(
        {
          '/sys/class/hwmon/hwmon0': errno(code),
          '/sys/class/hwmon/hwmon0/x': '',
          '/sys/class/hwmon/hwmon1/name': 'acpitz\n',
          '/sys/class/hwmon/hwmon1/temp1_input': '45000\n',
        },
        { '/sys/class/hwmon/hwmon1': '/sys/devices/platform/a/hwmon/hwmon1' },
      ),
      { 'hwmon0/temp': 'unreadable', 'platform/a/temp1': 45 },
    ],
  ]),
];

/** A text is the smart log of one disk. */
const ofNvme: Case<Host | string>[] = [
  [
    13,
    '0 kelvin of a disk',
    '{ "temperature":0, "temperature_sensor_1":318 }',
    { [disk('composite')]: 'absent', [disk('sensor_1')]: 44.85 },
  ],
  ...[
    '"12345678901"',
    '340282366920938463463374607431768211455',
    '1.2e+07',
    '"340282366920938463463374607431768211455"',
  ].map((counter): Case<string> => [
    22,
    `${counter} as a counter`,
    `{ "critical_warning":0, "temperature":318, "data_units_read":${counter} }`,
    { [disk('composite')]: 44.85 },
  ]),
  [
    23,
    'critical_warning as an object',
    '{"critical_warning":{"value":0,"available_spare":0,"temp_threshold":0},"temperature":318}',
    { [disk('composite')]: 44.85 },
  ],
  [24, 'an error as JSON', '{"error":"smart log: Permission denied"}', { [disk('composite')]: 'unreadable' }],
  [25, 'permission denied', smartHost('', 'smart log: Permission denied\n'), { [disk('composite')]: 'unreadable' }],
  [26, 'junk behind the end', '{"temperature":318,"raw": nan}/n\n{"temperature":400}', { [disk('composite')]: 44.85 }],
  [32, 'a cut-off log', '{ "temperature":318, "temperature_sensor_1":31', { [disk('composite')]: 'unreadable' }],
];

const ofZones: Case[] = [
  ...['ENODATA', 'EAGAIN', 'EINVAL', 'EIO'].map((code): Case => [
    17,
    `${code} of a zone`,
    treeHost(zoneFiles(['iwlwifi_1', errno(code)], ['x86_pkg_temp', '61000\n'])),
    { 'iwlwifi_1/temp': 'unreadable', 'x86_pkg_temp/temp': 61 },
  ]),
  ...['-32768000', '-274000', '0'].map((text): Case => [
    18,
    `a trip point of ${text}`,
    treeHost({
      ...zoneFiles(['acpitz', '27800\n']),
      '/sys/class/thermal/thermal_zone0/trip_point_0_temp': `${text}\n`,
    }),
    { 'acpitz/temp': 27.8 },
  ]),
  [18, '-274000 as a temperature', treeHost(zoneFiles(['acpitz', '-274000\n'])), { 'acpitz/temp': 'absent' }],
  [
    19,
    'a zone that went while it was read',
    treeHost({
      '/sys/class/thermal/thermal_zone0/cdev0': '',
      '/sys/class/thermal/thermal_zone1/type': 'acpitz\n',
      '/sys/class/thermal/thermal_zone1/temp': '27800\n',
    }),
    { 'acpitz/temp': 27.8 },
  ],
];

testNasty(sensors, ofSensors, (from) => (typeof from === 'string' ? sensorsHost(from) : from));
testNasty(hwmon, ofHwmon, (host) => host);
testNasty(nvme, ofNvme, (from) => (typeof from === 'string' ? smartHost(from) : from));
testNasty(zones, ofZones, (host) => host);

function testNasty<From>(source: Source, cases: readonly Case<From>[], hostFrom: (from: From) => Host): void {
  describe(`the source ${source.name}`, () => {
    for (const [number, what, from, expected] of cases)
      nasty(number, what, async () => assert.deepEqual(await read(source, hostFrom(from)), expected));
  });
}

describe('which readings are the CPU package’s, and which a disk’s', () => {
  nasty(12, 'a super-IO chip never stands for the CPU, nor do firmware, Wi-Fi, chipset and disks', () => {
    const never = ['acpitz', 'iwlwifi_1', 'pch_cannonlake', 'nvme', 'nct6779', 'it8686', 'radeon'];
    const readings = never.map((driver) => good('hwmon', driver, driver === 'nct6779' ? 'CPUTIN' : 'temp1', 109));
    assert.deepEqual(cpuPackages(readings), []);
    assert.deepEqual(
      nvmeDisks(readings).map(({ driver }) => driver),
      ['nvme'],
    );
  });

  test('a package that cannot be read is unknown, because the sensors beside it measure something else', () => {
    const tctl = good('hwmon', 'k10temp', 'Tctl', 88, 'temp1');
    const { source, chip: place, driver } = tctl;
    const tdie: Reading = {
      source,
      chip: place,
      driver,
      sensor: 'Tdie',
      id: 'temp2',
      problem: 'unreadable',
      why: 'EIO',
    };
    assert.deepEqual(cpuPackages([tctl, tdie]), []);
    assert.deepEqual(
      cpuPackages([tctl, { ...tdie, problem: 'absent' }]),
      [tctl],
      'one that is not there is not waited for',
    );
  });

  nasty(27, 'of two packages each is judged, the hot one too', () => {
    const readings = [
      good('hwmon', 'coretemp', 'Package id 0', 45, 'temp1', 'platform/coretemp.0'),
      good('hwmon', 'coretemp', 'Package id 1', 91, 'temp1', 'platform/coretemp.1'),
    ];
    assert.deepEqual(cpuPackages(readings), readings);
  });
});

describe('thermal readings over time', () => {
  nasty(14, 'a jump for one or two samples pages nobody', () => {
    const beats = [31, 83, 31, 83, 83, 31, 31];
    const all = tracksAfter(
      beats.map((celsius) => ({ readings: [good('hwmon', 'nvme', 'Composite', celsius)] })),
      limits,
    );
    assert.equal(all.length, 7);
    for (const [index, tracks] of all.entries())
      for (const { began_at } of Object.values(tracks)) assert.equal(began_at, undefined, `after ${index + 1} beats`);
  });

  nasty(15, 'a sensor that does not change for a day keeps its value and is flat', () => {
    const readings = [good('hwmon', 'nvme', 'Composite', 81.8), good('thermal_zone', 'acpitz', 'temp', 27.8)];
    const later = (hours: number, before: Parameters<typeof findFlat>[1], some = readings, gapSeconds = 30) => {
      const now = new Date(at.getTime() + hours * 3_600_000);
      const lastAt = new Date(now.getTime() - gapSeconds * 1000);
      return findFlat(some, before, { at: now, lastAt, stuckSeconds: limits.stuck });
    };
    const first = later(0, {});
    assert.equal(first.flat.size, 0);
    const early = later(23, first.steady);
    assert.equal(early.flat.size, 0);
    const late = later(24, early.steady);
    assert.deepEqual(
      [...late.flat],
      readings.map((reading) => [reading, at.toISOString()]),
    );
    // Two equal samples with two days of nothing between them, or before a clock that was set back, are no proof.
    for (const gap of [48 * 3600, -60]) assert.equal(later(48, first.steady, readings, gap).flat.size, 0);
    assert.equal(later(24, late.steady, [good('hwmon', 'nvme', 'Composite', 81.9)]).flat.size, 0);
  });

  nasty(29, 'sensors is run alone, without a shell, and asks for one thing', async () => {
    const asked: unknown[] = [];
    const host = hostOf({
      run: async (argv, options) => {
        asked.push(argv, options);
        return { exit_code: 0, stdout: chip(one), stderr: '' };
      },
    });
    await read(sensors, host);
    assert.deepEqual(asked, [['sensors', '-j'], { alone: 'thermal-sensors' }]);
  });

  test('every numbered nasty input has a test', () => {
    assert.deepEqual(
      [...tested].sort((a, b) => a - b),
      Array.from({ length: 32 }, (_, index) => index + 1),
    );
  });
});
