// When a temperature is above its limit: from readings, beat by beat, to what has begun, lasts and is over.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { cpuPackages, nvmeDisks } from '../../lib/thermal/package.ts';
import { describeTrack } from '../../lib/thermal/events.ts';
import type { Good, Reading } from '../../lib/thermal/reading.ts';
import { disagreements } from '../../lib/thermal/disagreement.ts';
import { isActive } from '../../lib/thermal/episode.ts';
import { judge } from '../../lib/thermal/judge.ts';
import { judgeAndStep, tracksAfter } from './step.ts';
import { configurationOf } from '../world.ts';

const limitsOf = (text: string) => configurationOf(text).thermal;
const limits = limitsOf('');
const on = (driver: string, sensor: string, celsius: number, rest: Partial<Good> = {}): Good => ({
  source: 'hwmon',
  chip: driver,
  driver,
  sensor,
  celsius,
  ...rest,
});
const cpu = (celsius: number): Good => on('coretemp', 'Package id 0', celsius, { id: 'temp1' });

const { celsius: _, ...packageSensor } = cpu(0);
const broken: Reading = { ...packageSensor, problem: 'unreadable', why: 'EIO' };

/** One word a beat: `-` no track, `n` n above in a row, `begun`, `over`. Undefined: no reading in that beat. */
function play(values: readonly (number | Reading | undefined)[], seconds = 30, text = ''): string[] {
  const readingsOf = (value: number | Reading): Reading[] => [typeof value === 'number' ? cpu(value) : value];
  const beats = values.map((value) => ({ readings: value === undefined ? [] : readingsOf(value) }));
  return tracksAfter(beats, limitsOf(text), seconds).map((tracks) => {
    const [track] = Object.values(tracks);
    if (!track) return '-';
    return track.ended_at ? 'over' : isActive(track) ? 'begun' : String(track.over);
  });
}

describe('thermal thresholds', () => {
  test('an alert begins with the third beat in a row above the limit, not on it', () => {
    assert.deepEqual(play([85, 85, 85, 85]), ['-', '-', '-', '-']);
    assert.deepEqual(play([86, 85.1, 86, 90]), ['1', '2', 'begun', 'begun']);
    assert.deepEqual(play([86, 86, 85, 86, 86, 86]), ['1', '2', '-', '1', '2', 'begun']);
  });

  test('an alert ends with the third beat in a row well below the limit, not before', () => {
    const hot = [90, 90, 90];
    const begun = ['1', '2', 'begun'];
    assert.deepEqual(play([...hot, 84, 84, 84, 84]), [...begun, 'begun', 'begun', 'begun', 'begun']);
    assert.deepEqual(play([...hot, 80, 80, 80]), [...begun, 'begun', 'begun', 'over']);
    assert.deepEqual(play([...hot, 80, 80, 81, 80, 80]), [...begun, 'begun', 'begun', 'begun', 'begun', 'begun']);
  });

  test('an unreadable value does not end an alert, and restarts the row of samples below the limit', () => {
    assert.deepEqual(play([90, 90, 90, 70, 70, undefined, 70, 70, 70]).slice(2), [
      'begun',
      'begun',
      'begun',
      'begun',
      'begun',
      'begun',
      'over',
    ]);
    assert.deepEqual(play([90, 90, undefined, 90]), ['1', '2', '-', '1'], 'what has not begun is not kept');
  });

  test('a sensor that often fails still raises an alert; two unreadable beats do not interrupt the row, three do', () => {
    assert.deepEqual(play([90, 90, broken, 90]), ['1', '2', '2', 'begun']);
    assert.deepEqual(play([90, broken, broken, 90, broken, broken, 90]), ['1', '1', '1', '2', '2', '2', 'begun']);
    assert.deepEqual(play([90, 90, broken, broken, broken, 90]), ['1', '2', '2', '2', '-', '1']);
    assert.deepEqual(play([90, 90, broken, 84, 90]), ['1', '2', '2', '-', '1'], 'one below is one below');
  });

  test('beats run by hand are no further samples, and beats after a long pause are not in a row', () => {
    assert.deepEqual(play([90, 90, 90, 90], 2), ['1', '1', '1', '1']);
    assert.deepEqual(play([90, 90, 90, 90], 3600), ['1', '1', '1', '1']);
    assert.deepEqual(play([90, 90], -30), ['1', '1'], 'a clock that was put back');
  });

  test('samples, limit and hysteresis are configurable', () => {
    const text = 'thermal: { cpu: { above: 60 C }, samples: 1, clear: 1 C }';
    assert.deepEqual(play([60, 61, 60, 59], 30, text), ['-', 'begun', 'begun', 'over']);
  });

  test('the first exception that matches source, chip and sensor sets the limit; without `above` nothing is judged', () => {
    const { for: list, ...rest } = limitsOf(
      'thermal: { for: [{ sensor: Bad*, chip: "*a*b*" }, { chip: "*nct*", above: 40 C }, { source: thermal_zone, above: 50 C }, { chip: nvme, sensor: Composite, above: 75 C }] }',
    );
    const readings = [
      cpu(70),
      on('nct6775', 'SYSTIN', 70),
      on('nvme', 'Composite', 70),
      on('nvme', 'Sensor 2', 70),
      on('nct-ab', 'Bad one', 70),
      on('acpitz', 'temp', 70, { source: 'thermal_zone' }),
      on('acpitz', 'temp', 70),
    ];
    const found = judge(readings, { ...rest, for: list });
    assert.deepEqual(
      found.map(({ reading, above, limit_key }) => [reading.chip, reading.source, above, limit_key]),
      [
        ['coretemp', 'hwmon', 85, 'thermal.cpu.above'],
        ['nct6775', 'hwmon', 40, 'thermal.for.1.above'],
        ['nvme', 'hwmon', 75, 'thermal.for.3.above'],
        ['acpitz', 'thermal_zone', 50, 'thermal.for.2.above'],
      ],
    );
  });

  test('an alert ends when its sensor is no longer judged', () => {
    const at = new Date('2026-11-20T06:00:00Z');
    const once = limitsOf('thermal: { samples: 1 }');
    const hot = judgeAndStep({ readings: [cpu(90)], limits: once, before: {}, lastAt: undefined, at });
    const ignored = limitsOf('thermal: { for: [{ chip: coretemp }] }');
    const later = judgeAndStep({ readings: [cpu(90)], limits: ignored, before: hot, lastAt: at, at });
    assert.ok(Object.values(later).every(({ ended_at }) => ended_at !== undefined));
  });

  /** How the alert has ended after so many minutes of these readings; undefined: it lasts. `isFailed`: its source fails. */
  function endedAfter(minutes: number, readings: readonly Reading[], isFailed = (_minute: number) => false) {
    const beats = Array.from({ length: minutes }, (_, index) =>
      isFailed(index + 1)
        ? { readings: readings.filter(({ source }) => source !== 'hwmon'), failed: ['hwmon'] }
        : { readings },
    );
    const all = tracksAfter([{ readings: [cpu(90)] }, ...beats], limitsOf('thermal: { samples: 1 }'), 60);
    const track = all.at(-1)?.['hwmon coretemp package'];
    assert.ok(track, 'its end is still to be reported');
    return track.ended_at === undefined ? undefined : (track.ended_as ?? 'well');
  }

  test('an alert ends when a working source has not shown the sensor for an hour; an unreadable sensor and a failed source do not end it', () => {
    const other = on('it87.2624', 'temp1', 30);
    assert.equal(endedAfter(60, [other]), undefined);
    assert.equal(endedAfter(61, [other]), 'gone');
    assert.equal(
      endedAfter(61, [other], (minute) => minute === 30),
      'gone',
      'a beat in which the source failed proves nothing else',
    );
    assert.equal(endedAfter(300, [broken, other]), undefined);
    assert.equal(
      endedAfter(300, [], () => true),
      undefined,
    );
    const zone: Reading = { ...other, source: 'thermal_zone' };
    assert.equal(
      endedAfter(300, [zone], () => true),
      undefined,
    );
    assert.equal(endedAfter(60, [zone]), undefined);
    assert.equal(endedAfter(61, [zone]), 'gone', 'the last disk of its source was pulled');
    // A chip whose very name cannot be read may be this one.
    assert.equal(endedAfter(300, [other, { ...broken, chip: 'hwmon3', sensor: 'temp', driver: '' }]), undefined);
  });

  test('a package that is read as a zone after its chip is gone is one alert again after an hour', () => {
    const zone = on('x86_pkg_temp', 'temp', 90, { source: 'thermal_zone' });
    const later = Array.from({ length: 62 }, () => ({ readings: [zone, on('it87', 'temp1', 30)] }));
    const all = tracksAfter([{ readings: [cpu(90), zone] }, ...later], limitsOf('thermal: { samples: 1 }'), 60);
    const active = Object.entries(all.at(-1) ?? {}).flatMap(([key, track]) => (isActive(track) ? [key] : []));
    assert.deepEqual(active, ['thermal_zone x86_pkg_temp package']);
  });

  test('the sentence fits a sensor below its limit, under another limit, no longer judged, and gone', () => {
    const at = new Date('2026-11-20T06:00:00Z');
    const says = (text: string, readings: readonly Reading[], minutes: number, extra = {}) => {
      const once = limitsOf('thermal: { samples: 1 }');
      const hot = judgeAndStep({ readings: [cpu(91)], limits: once, before: {}, lastAt: undefined, at });
      const later = new Date(at.getTime() + minutes * 60_000);
      const before = Object.fromEntries(Object.entries(hot).map(([key, track]) => [key, { ...track, ...extra }]));
      const tracks = judgeAndStep({ readings, limits: limitsOf(text), before, lastAt: at, at: later });
      return Object.values(tracks).map((track) => describeTrack(track, later));
    };
    const cases: [config: string, celsius: number, sentence: string][] = [
      ['', 86, 'is at 86 C (above 85 C)'],
      ['', 82, 'is at 82 C (limit 85 C)'],
      ['cpu: { above: 95 C }', 91, 'is at 91 C (limit 95 C)'],
      ['cpu: { above: 95 C }', 89, 'is well again: 89 C, limit 95 C (it was above 85 C for 2m, at most 91 C)'],
      ['for: [{ chip: coretemp }]', 92, 'is no longer judged: 92 C (it was above 85 C for 2m, at most 92 C)'],
    ];
    assert.equal(cases.length, 5);
    for (const [config, celsius, sentence] of cases)
      assert.deepEqual(says(`thermal: { samples: 1, ${config} }`, [cpu(celsius)], 2), [
        `CPU package on coretemp ${sentence}`,
      ]);
    const missing_since = at.toISOString();
    const read_at = new Date(at.getTime() + 40 * 60_000).toISOString();
    assert.deepEqual(says('thermal: { samples: 1 }', [on('it87', 'temp1', 30)], 61, { missing_since, read_at }), [
      'CPU package on coretemp is no longer there: last read 21m ago, 91 C (it was above 85 C for 40m, at most 91 C)',
    ]);
  });

  test('the CPU package is recognised on every kind of processor', () => {
    const all = (driver: string, ...sensors: readonly (readonly [string, number])[]): Good[] =>
      sensors.map(([sensor, celsius], index) => on(driver, sensor, celsius, { id: `temp${index + 1}` }));
    const cases: [string, Good[], string[]][] = [
      ['Intel', all('coretemp', ['Package id 0', 60], ['Core 0', 65]), ['Package id 0']],
      ['Intel, older word', all('coretemp', ['Physical id 0', 60], ['Core 0', 65]), ['Physical id 0']],
      ['Intel, renamed', all('coretemp', ['CPU', 60], ['Core 0', 65]), ['CPU']],
      ['Intel, no package', all('coretemp', ['Core 0', 60], ['Core 1', 65]), ['Core 1']],
      ['AMD', all('k10temp', ['Tctl', 80], ['Tdie', 60], ['Tccd1', 65]), ['Tdie']],
      ['AMD without Tdie', all('k10temp', ['Tctl', 80], ['Tccd1', 64], ['Tccd2', 65]), ['Tccd2']],
      ['AMD with Tctl only', all('zenpower', ['Tctl', 80]), ['Tctl']],
      ['old AMD', all('k10temp', ['temp1', 60]), ['temp1']],
      ['ARM', all('cpu_thermal', ['temp1', 60]), ['temp1']],
      ['ARM, soc', all('soc_thermal', ['temp1', 60]), ['temp1']],
      ['nothing of the kind', all('acpitz', ['temp1', 60]), []],
      ['super-IO', all('nct6779', ['CPUTIN', 109]), []],
    ];
    for (const [what, readings, expected] of cases)
      assert.deepEqual(
        cpuPackages(readings).map(({ sensor }) => sensor),
        expected,
        what,
      );
    const zone = (driver: string): Good => on(driver, 'temp', 60, { source: 'thermal_zone' });
    for (const type of ['x86_pkg_temp', 'cpu-thermal', 'soc-thermal', 'cpu0-thermal'])
      assert.equal(cpuPackages([zone(type)]).length, 1, type);
    assert.equal(cpuPackages([zone('x86_pkg_temp'), cpu(60)])[0]?.source, 'hwmon', 'not the same one twice');
    assert.equal(cpuPackages([zone('x86_pkg_temp')])[0]?.source, 'thermal_zone', 'where hwmon says nothing');
  });

  test('a package without a sensor of its own has one track, whichever core is the hottest', () => {
    const beats = ['Core 0', 'Core 1', 'Core 0'].map((core) => ({
      readings: ['Core 0', 'Core 1'].map((name, number) =>
        on('coretemp', name, name === core ? 95 : 90, { id: `temp${number + 1}` }),
      ),
    }));
    assert.deepEqual(Object.values(tracksAfter(beats, limits).at(-1) ?? {}).map(isActive), [true]);
  });

  test('a disk is judged once, by hwmon if that shows it', () => {
    const disk = (source: string, chip: string, sensor: string): Good => on('nvme', sensor, 75, { source, chip });
    const all = [
      disk('hwmon', 'a', 'Composite'),
      disk('hwmon', 'a', 'Sensor 1'),
      disk('nvme', 'a', 'composite'),
      disk('nvme', 'b', 'composite'),
      disk('sensors', 'nvme-pci-0300', 'Composite'),
    ];
    assert.deepEqual(
      nvmeDisks(all).map(({ source, chip }) => `${source} ${chip}`),
      ['hwmon a', 'nvme b'],
    );
  });

  test('a zone and hwmon that differ on the same sensor cause a warning', () => {
    const zone = (driver: string, celsius: number): Good => on(driver, 'temp', celsius, { source: 'thermal_zone' });
    assert.deepEqual([...disagreements([cpu(60), zone('x86_pkg_temp', 75)])], []);
    assert.deepEqual([...disagreements([cpu(60), zone('acpitz', 20)])], [], 'not the same sensor');
    assert.deepEqual(
      [...disagreements([cpu(60), zone('x86_pkg_temp', 27.8)]).values()],
      ['the thermal zone x86_pkg_temp says 27.8 C, hwmon 60 C of the same: one of them is wrong'],
    );
    assert.equal(disagreements([on('cpu_thermal', 'temp1', 40), zone('cpu-thermal', 90)]).size, 1);
    const second = { ...cpu(62), chip: 'coretemp.1' };
    const zones = (one: number, other: number) => [
      zone('x86_pkg_temp', one),
      { ...zone('x86_pkg_temp', other), chip: 'b' },
    ];
    assert.deepEqual([...disagreements([cpu(80), second, ...zones(60, 82)])], [], 'in whatever order they come');
    assert.deepEqual(
      [...disagreements([cpu(80), second, ...zones(27.8, 81)]).values()],
      ['the thermal zone x86_pkg_temp says 27.8 C, hwmon 62 C of the same: one of them is wrong'],
      'beside another package that is hotter',
    );
    assert.deepEqual(
      [...disagreements([cpu(80), second, zone('x86_pkg_temp', 81)])],
      [],
      'of one nobody knows which it is',
    );
  });
});
