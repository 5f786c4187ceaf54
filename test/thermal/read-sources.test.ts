// Sources in parallel, some of which never answer: readings made in time count.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { lanes } from '../../lib/core/lanes.ts';
import { makeNet } from '../../lib/io/net.ts';
import { namedApart } from '../../lib/thermal/chip.ts';
import type { Read, Source } from '../../lib/thermal/read-sources.ts';
import { chipsOf, type HungChips } from '../../lib/thermal/hanging.ts';
import { isGood, type Reading, temperatures } from '../../lib/thermal/reading.ts';
import { hwmon } from '../../lib/thermal/sources/hwmon.ts';
import { zones } from '../../lib/thermal/sources/thermal_zone.ts';
import { readText, temporaryFolder } from '../world.ts';
import { beatOn, processesOf, readFrom } from './beat.ts';
import { chipFiles, errno, type Tree, treeHost, zoneFiles } from './tree.ts';

const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/** A driver that never answers sits in the kernel: no signal reaches it. */
const hanging = (paths: readonly RegExp[]) => {
  const host = treeHost(
    {
      ...chipFiles(0, 'drivetemp', { temp1_input: '45000\n', temp2_input: '46000\n' }),
      ...chipFiles(1, 'drivetemp', { temp1_input: '45000\n', temp2_input: '46000\n' }),
      ...zoneFiles(['acpitz', '27800\n']),
    },
    {
      '/sys/class/hwmon/hwmon0': '/sys/devices/pci0000:00/ata1/hwmon/hwmon0',
      '/sys/class/hwmon/hwmon1': '/sys/devices/pci0000:00/ata2/hwmon/hwmon1',
    },
  );
  const isHung = (path: string): boolean => paths.some((pattern) => pattern.test(path));
  return {
    ...host,
    readText: (path: string) => (isHung(path) ? never<string>() : host.readText(path)),
    list: (path: string) => (isHung(path) ? never<readonly string[]>() : host.list(path)),
  };
};

const shown = ({ readings }: Read): string[] =>
  readings.map((one) => `${one.chip} ${one.sensor} ${isGood(one) ? one.celsius : `${one.problem}: ${one.why}`}`);

describe('chips that hang', () => {
  test('a sensor that never answers costs only its chip, which is not read again', async () => {
    const began = performance.now();
    const [chips, zone] = await readFrom([hwmon, zones], hanging([/hwmon0\/temp1_input/]));
    assert.ok(performance.now() - began < 8000, 'the beat has 9 s');
    assert.deepEqual(chips && shown(chips), [
      'pci0000:00/ata1 temp1 unreadable: no answer within 3 s',
      'pci0000:00/ata1 temp2 unreadable: not read: the chip read before it did not answer',
      'pci0000:00/ata2 temp1 45',
      'pci0000:00/ata2 temp2 46',
    ]);
    assert.deepEqual(zone && shown(zone), ['acpitz temp 27.8']);
  });

  test('disks that never answer, however many, block neither the processor nor the thread for sending', async () => {
    const disks = [0, 1, 2, 3, 4, 5].map((disk) => chipFiles(disk, 'drivetemp', { temp1_input: '30000\n' }));
    const processor = chipFiles(6, 'k10temp', { temp1_input: '95000\n', temp1_label: 'Tctl\n' });
    const host = treeHost(Object.assign({}, ...disks, processor, zoneFiles(['acpitz', '27800\n'])) as Tree);
    // The process has four threads, and a read that hangs keeps its thread.
    const onThread = lanes(4);
    const readText = (path: string): Promise<string> =>
      /_input$|\/temp$/.test(path)
        ? onThread(() => (/hwmon[0-5]\/temp1/.test(path) ? never() : host.readText(path)))
        : host.readText(path);
    const links = { realpath: async (path: string) => path };
    const [hwmonRead] = await readFrom([hwmon, zones], { ...host, ...links, readText });
    assert.ok(hwmonRead && shown(hwmonRead).some((line) => line.endsWith('Tctl 95')), JSON.stringify(hwmonRead));
    assert.equal(
      await Promise.race([onThread(async () => 'sent'), new Promise((give) => setTimeout(give, 500))]),
      'sent',
    );
  });

  test('a chip that hangs is not read again until the beat that waits for it has ended', async (t) => {
    const asked: string[] = [];
    let isDead = true;
    const files = {
      ...chipFiles(0, 'drivetemp', { temp1_input: '30000\n', temp2_input: '31000\n' }),
      ...chipFiles(1, 'k10temp', { temp1_input: '60000\n' }),
    };
    const host = treeHost(files, {}, { realpath: async (path) => path });
    const disk = {
      ...host,
      readText: (path: string) => {
        if (/hwmon0\/temp/.test(path)) asked.push(path.slice(-'temp1_input'.length));
        return isDead && path.endsWith('hwmon0/temp1_input') ? never<string>() : host.readText(path);
      },
    };
    const folder = temporaryFolder(t);
    const living = new Set([4711]);
    const beat = beatOn(folder, disk, '', makeNet({}), { living });
    const whyOf = async (time: string): Promise<string[]> => {
      const { json } = await beat.run(time);
      const { readings } = json as { readings: Reading[] };
      return readings.map((one) => (isGood(one) ? String(one.celsius) : one.why));
    };
    const late = 'not read: the chip read before it did not answer';
    assert.deepEqual(await whyOf('2026-11-20T06:00:00Z'), ['no answer within 3 s', late, '60']);
    const hung = 'it hung at 2026-11-20T06:00:00.000Z, and is not asked again while process 4711 lives';
    assert.deepEqual(await whyOf('2026-11-20T06:00:30Z'), [hung, hung, '60']);
    assert.deepEqual(await whyOf('2026-11-20T06:01:00Z'), [hung, hung, '60']);
    assert.deepEqual(asked, ['temp1_input'], 'the chip was asked again');
    living.clear();
    isDead = false;
    assert.deepEqual(await whyOf('2026-11-20T06:01:30Z'), ['30', '31', '60']);
  });

  test('only the processor is read while two beats hang, because there is no memory for a third', async () => {
    const waiting = (pid: number) => ({ pid, started: '1', since: '2026-11-20T05:00:00.000Z' });
    const host = treeHost({ '/sys/a/temp1_input': '30000\n', '/sys/b/temp1_input': '60000\n' });
    const ask = (hung: HungChips, folder: string, driver: string) =>
      chipsOf({ hung }, processesOf(new Set([12, 34])), () => 0).asker(host, folder, driver)(`${folder}/temp1_input`);
    const one = { '/sys/x': waiting(12), '/sys/y': waiting(12) };
    assert.equal(await ask(one, '/sys/a', 'drivetemp'), '30000\n');
    const two = { ...one, '/sys/z': waiting(34) };
    await assert.rejects(ask(two, '/sys/a', 'drivetemp'), {
      message: 'it is not asked while earlier beats hang with other chips (processes 12, 34)',
    });
    assert.equal(await ask(two, '/sys/b', 'k10temp'), '60000\n');
  });
});

describe('readSources', () => {
  test('a source all of whose sensors are stale or cannot be read has failed, and says why', async (t) => {
    const host = treeHost(
      {
        '/run/ops-monitor-nvme/nvme0.json': '{ "temperature":318 }',
        '/run/ops-monitor-nvme/nvme1.json': '',
        '/run/ops-monitor-nvme/nvme1.err': 'nvme: not found\n',
        ...zoneFiles(['acpitz', '27800\n'], ['iwlwifi_1', errno('ENODATA')]),
      },
      {},
      { stat: async () => ({ kind: 'file', size_bytes: 1, modified_at: '2026-11-20T05:00:00Z' }) },
    );
    const beat = beatOn(temporaryFolder(t), host);
    const { problems, counts } = await beat.run('2026-11-20T06:00:00Z');
    assert.deepEqual(problems, ['nvme: nothing of 2 sensors: nvme0 composite: it was read 1h ago']);
    assert.equal(counts['sources_failed'], 1);
    const text = readText(beat.textfile);
    assert.match(text, /^node_thermal_source_success\{source="nvme"\} 0$/m);
    assert.match(text, /^node_thermal_source_success\{source="thermal_zone"\} 1$/m, 'one of its two could be read');
    assert.match(text, /^node_thermal_source_age_seconds\{source="nvme"\} 3600$/m);
    assert.match(
      text,
      /^node_thermal_sensor_problem\{source="nvme",chip="nvme0",sensor="composite",problem="stale"\} 1$/m,
    );
  });

  test('two sensors of one name are reported: the metrics have room for one', async (t) => {
    const place = '/sys/devices/pci0000:00/0000:03:00.0/nvme';
    const host = treeHost(
      {
        '/run/ops-monitor-nvme/nvme0.json': '{ "temperature":318 }',
        '/run/ops-monitor-nvme/nvme1.json': '{ "temperature":320 }',
      },
      { '/sys/class/nvme/nvme0': `${place}/nvme0`, '/sys/class/nvme/nvme1': `${place}/nvme1` },
      { stat: async () => ({ kind: 'file', size_bytes: 1, modified_at: '2026-11-20T06:00:00Z' }) },
    );
    const beat = beatOn(temporaryFolder(t), host);
    const { problems } = await beat.run('2026-11-20T06:00:00Z');
    const name = 'nvme pci0000:00/0000:03:00.0 composite';
    assert.deepEqual(problems, [`2 sensors have the name ${name}: only the first is exported`]);
    assert.equal(readText(beat.textfile).match(/^node_thermal_celsius/gm)?.length, 1);
  });

  test('a chip that is named like the second of two equal ones keeps its name, and theirs differ', () => {
    const chips = namedApart(['x', 'x', 'x#2'].map((chip) => ({ chip })));
    assert.deepEqual(
      chips.map(({ chip }) => chip),
      ['x', 'x#3', 'x#2'],
    );
  });

  test('two drivers of one device are distinguished by their names, in whatever order they started', async () => {
    const place = '/sys/devices/platform/x.0/hwmon';
    for (const [one, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const links = Object.fromEntries([0, 1].map((at) => [`/sys/class/hwmon/hwmon${at}`, `${place}/hwmon${at}`]));
      const host = treeHost(
        {
          ...chipFiles(one, 'alpha', { temp1_input: '40000\n' }),
          ...chipFiles(other, 'beta', { temp1_input: '50000\n' }),
        },
        links,
      );
      const [chips] = await readFrom([hwmon], host);
      assert.deepEqual(chips && shown(chips).sort(), ['platform/x.0@alpha temp1 40', 'platform/x.0@beta temp1 50']);
    }
  });

  test('a source that ignores its timeout or throws fails alone', async () => {
    const broken: Source = {
      name: 'sensors',
      summary: 'a source with a fault',
      section: temperatures,
      read: () => Promise.reject(new TypeError('nothing is not a function')),
    };
    const reads = await readFrom([hwmon, broken, zones], hanging([/^\/sys\/class\/hwmon$/]));
    assert.deepEqual(
      reads.map((read) => [read.source, read.status, read.status === 'ok' ? '' : read.reason]),
      [
        ['hwmon', 'failed', 'no answer within 3 s'],
        ['sensors', 'failed', 'nothing is not a function'],
        ['thermal_zone', 'ok', ''],
      ],
    );
  });
});
