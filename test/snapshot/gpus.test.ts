// The probe of GPUs: what drivers of several versions print, sick GPUs, and an nvidia-smi that fails, hangs or lies.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { Absent, NotInstalled } from '../../lib/contract/errors.ts';
import type { Completed } from '../../lib/contract/host.ts';
import { fits } from '../../lib/contract/shape.ts';
import { gpus } from '../../lib/snapshot/probes/gpus.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';
import { hostOf } from '../host.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { localHost } from './machine.ts';

type Reading = Readable['gpus'][string];
type Cells = Readonly<Record<string, string>>;

const at = new Date('2026-11-20T08:00:00Z');
const later = (minutes: number): Date => new Date(at.getTime() + minutes * 60_000);

const well: Cells = {
  index: '0',
  'pci.bus_id': '00000000:3B:00.0',
  name: 'NVIDIA A100-SXM4-80GB',
  uuid: 'GPU-0b8a2f7c-0000-0000-0000-000000000000',
  driver_version: '550.54.15',
  'utilization.gpu': '97',
  'memory.used': '40960',
  'memory.total': '81920',
  'temperature.gpu': '61',
  'temperature.memory': '70',
  'power.draw': '312.53',
  'power.limit': '400.00',
  'clocks_throttle_reasons.active': '0x0000000000000004',
  'clocks_event_reasons.active': '0x0000000000000004',
  'ecc.mode.current': 'Enabled',
  'ecc.errors.uncorrected.volatile.total': '0',
  'ecc.errors.uncorrected.aggregate.total': '0',
  'retired_pages.pending': '[N/A]',
  'remapped_rows.pending': 'No',
  'remapped_rows.failure': 'No',
  'mig.mode.current': 'Disabled',
  persistence_mode: 'Enabled',
  gpu_recovery_action: 'None',
};

const gpuAt = (index: number, bus: string, more: Cells = {}): Cells => ({
  ...well,
  index: `${index}`,
  'pci.bus_id': `00000000:${bus}:00.0`,
  ...more,
});

interface Driver {
  readonly gpus: readonly Cells[];
  readonly unknown?: readonly string[];
  readonly exit_code?: number;
  /** Printed before the rows. */
  readonly says?: string;
}

/** Answers a query as nvidia-smi does; `asked` are the fields of each query. */
function nvidiaSmi({ gpus: all, unknown = [], exit_code = 0, says = '' }: Driver) {
  const asked: string[][] = [];
  const run = async (argv: readonly string[]): Promise<Completed> => {
    assert.deepEqual([argv[0], argv[2], argv.length], ['nvidia-smi', '--format=csv,noheader,nounits', 3]);
    const fields = argv[1]?.replace('--query-gpu=', '').split(',') ?? [];
    asked.push(fields);
    const refused = fields.find((field) => unknown.includes(field));
    if (refused !== undefined)
      return { exit_code: 2, stdout: `Field "${refused}" is not a valid field to query.\n\n`, stderr: '' };
    const rows = all.map((cells) => `${fields.map((field) => cells[field] ?? '[N/A]').join(', ')}\n`);
    return { exit_code, stdout: `${says}${rows.join('')}`, stderr: '' };
  };
  return { run, asked };
}

interface Options {
  readonly more?: string;
  readonly before?: Reading;
  readonly at?: Date;
}

async function read(run: (argv: readonly string[]) => Promise<Completed>, options: Options = {}): Promise<Reading> {
  const reading = await gpus.read({
    host: () => hostOf({ run }),
    config: configurationOf(`gpus: { crunch: { ${options.more ?? ''} } }`),
    item: 'crunch',
    previous: options.before && { at, bootId: '', data: options.before },
    bootId: '',
    at: options.at ?? at,
  });
  assert.ok(fits(gpus.section.schema, reading), JSON.stringify(reading));
  return reading;
}

const readDriver = (driver: Driver, options?: Options): Promise<Reading> => read(nvidiaSmi(driver).run, options);

const prints =
  (stdout: string, exit_code = 0) =>
  async (): Promise<Completed> => ({ exit_code, stdout, stderr: '' });

describe('gpus probe', () => {
  test('a GPU is read whole with one query', async () => {
    const { run, asked } = nvidiaSmi({ gpus: [gpuAt(0, '3B'), gpuAt(1, 'AF')] });
    const { card, listed, driver_version, problem } = await read(run);
    assert.deepEqual([listed, driver_version, problem, asked.length], [2, '550.54.15', undefined, 1]);
    assert.deepEqual(Object.keys(card), ['3b:00', 'af:00']);
    assert.deepEqual(card['3b:00'], {
      index: '0',
      model: 'NVIDIA A100-SXM4-80GB',
      uuid: well['uuid'],
      state: 'present',
      seen_at: at.toISOString(),
      used_percent: 97,
      memory_total_bytes: 85_899_345_920,
      memory_used_bytes: 42_949_672_960,
      memory_used_percent: 50,
      temperature_celsius: 61,
      memory_celsius: 70,
      power_watts: 312.53,
      power_limit_watts: 400,
      slowed_by: [],
      slowed_seconds: 0,
      recent_uncorrected_errors: 0,
      uncorrected_errors: 0,
      repair_pending: false,
      repair_failed: false,
      mig: false,
      persistence: true,
    });
  });

  test('an old driver is asked again without the fields that it does not know, and a new one by the new names', async () => {
    const old = ['remapped_rows.pending', 'remapped_rows.failure', 'mig.mode.current', 'gpu_recovery_action'];
    const { run, asked } = nvidiaSmi({ gpus: [{ ...well, 'retired_pages.pending': 'Yes' }], unknown: old });
    const { card } = await read(run);
    assert.equal(asked.length, 5);
    const { temperature_celsius, repair_pending, repair_failed, mig } = card['3b:00'] ?? assert.fail();
    assert.deepEqual([temperature_celsius, repair_pending, repair_failed, mig], [61, true, undefined, undefined]);

    const renamed = nvidiaSmi({
      gpus: [{ ...well, 'clocks_event_reasons.active': '0x0000000000000040' }],
      unknown: ['clocks_throttle_reasons.active'],
    });
    const found = await read(renamed.run);
    assert.deepEqual(found.card['3b:00']?.slowed_by, ['hardware thermal slowdown']);
    assert.equal(renamed.asked.length, 2);
  });

  test('a driver that refuses field after field is not asked for ever', async () => {
    const { run, asked } = nvidiaSmi({ gpus: [well], unknown: Object.keys(well) });
    await assert.rejects(read(run), /lists no GPU \(exit code 2, an argument is refused\): Field/);
    assert.ok(asked.length <= 10);
  });

  test('a consumer card, a divided GPU and a Jetson lack values, and none of them is a number or a problem', async () => {
    const none = Object.fromEntries(Object.keys(well).map((field) => [field, '[N/A]']));
    const consumer = { ...well, 'ecc.errors.uncorrected.volatile.total': '[N/A]', 'temperature.memory': 'N/A' };
    const divided = gpuAt(1, 'AF', { 'utilization.gpu': '[N/A]', 'mig.mode.current': 'Enabled' });
    const { card } = await readDriver({ gpus: [consumer, divided] });
    assert.deepEqual(
      [card['3b:00']?.recent_uncorrected_errors, card['3b:00']?.memory_celsius, card['3b:00']?.problems],
      [undefined, undefined, undefined],
    );
    assert.deepEqual([card['af:00']?.used_percent, card['af:00']?.mig], [undefined, true]);
    const jetson = await readDriver({ gpus: [{ ...none, index: '0', name: 'Orin (nvgpu)' }] });
    assert.deepEqual(jetson.card, {
      gpu0: { index: '0', model: 'Orin (nvgpu)', state: 'present', seen_at: at.toISOString() },
    });
  });

  test('values that could not be read are no numbers, and have their reasons', async () => {
    const broken = {
      'temperature.gpu': '[Unknown Error]',
      'power.draw': '[Insufficient Permissions]',
      'memory.used': 'x',
    };
    const { card } = await readDriver({ gpus: [{ ...well, ...broken }] });
    const { temperature_celsius, power_watts, memory_used_percent, problems } = card['3b:00'] ?? assert.fail();
    assert.deepEqual([temperature_celsius, power_watts, memory_used_percent], [undefined, undefined, undefined]);
    assert.deepEqual(problems, {
      'memory.used': 'x is no number',
      'temperature.gpu': 'Unknown Error',
      'power.draw': 'Insufficient Permissions',
    });
  });

  test('a GPU that must be reset, and the advice of the driver, are read', async () => {
    const sick = { 'temperature.gpu': '[GPU requires reset]', gpu_recovery_action: 'Reset' };
    const { card } = await readDriver({ gpus: [{ ...well, ...sick }] });
    assert.deepEqual([card['3b:00']?.reset_required, card['3b:00']?.recovery], [true, 'Reset']);
  });

  const judged = [
    'temperature.gpu',
    'memory.used',
    'memory.total',
    'clocks_throttle_reasons.active',
    'ecc.errors.uncorrected.volatile.total',
    'remapped_rows.pending',
    'remapped_rows.failure',
  ];

  test('a judged value that turns into [N/A] could not be read, until it is there again', async () => {
    const before = await readDriver({ gpus: [well] });
    for (const field of judged) {
      const without = { gpus: [{ ...well, [field]: '[N/A]' }] };
      const first = await readDriver(without, { before });
      const second = await readDriver(without, { before: first });
      for (const { card } of [first, second])
        assert.deepEqual(card['3b:00']?.problems, { [field]: '[N/A], though it could be read before' });
      const again = await readDriver({ gpus: [well] }, { before: second });
      assert.deepEqual(again.card['3b:00'], before.card['3b:00']);
    }
    assert.equal(judged.length, 7);
  });

  test('a value that is gone is missed by a driver that calls it by its new name, and after the GPU was lost', async () => {
    const unknown = ['clocks_throttle_reasons.active'];
    const before = await readDriver({ gpus: [well], unknown });
    const gone = { ...well, 'clocks_event_reasons.active': '[N/A]', 'remapped_rows.failure': '[N/A]' };
    const lostCells = Object.fromEntries(Object.keys(well).map((field) => [field, '[GPU is lost]']));
    const lost = await readDriver({ gpus: [{ ...lostCells, index: '0' }], unknown }, { before });
    for (const last of [before, lost]) {
      const { card } = await readDriver({ gpus: [gone], unknown }, { before: last });
      const missed = ['clocks_throttle_reasons.active', 'remapped_rows.failure'];
      assert.deepEqual(Object.keys(card['3b:00']?.problems ?? {}), missed);
    }
  });

  test('a value is not missed where ECC is off, where the driver no longer knows it, and on another GPU in the slot', async () => {
    const before = await readDriver({ gpus: [well] });
    const counts = ['ecc.errors.uncorrected.volatile.total', 'remapped_rows.pending', 'remapped_rows.failure'];
    const none = Object.fromEntries(counts.map((field) => [field, '[N/A]']));
    const ways: Driver[] = [
      { gpus: [{ ...well, ...none, 'ecc.mode.current': 'Disabled' }] },
      { gpus: [well], unknown: counts },
      { gpus: [{ ...well, ...none, 'ecc.mode.current': '[N/A]', uuid: 'GPU-1' }] },
    ];
    for (const way of ways) {
      const { card } = await readDriver(way, { before });
      assert.deepEqual([card['3b:00']?.recent_uncorrected_errors, card['3b:00']?.problems], [undefined, undefined]);
    }
    assert.equal(ways.length, 3);
  });

  test('a negative count is no number', async () => {
    const { card } = await readDriver({ gpus: [{ ...well, 'ecc.errors.uncorrected.volatile.total': '-1' }] });
    const { recent_uncorrected_errors, problems } = card['3b:00'] ?? assert.fail();
    assert.equal(recent_uncorrected_errors, undefined);
    assert.deepEqual(problems, { 'ecc.errors.uncorrected.volatile.total': '-1 is below 0' });
  });

  test('the time of a slowdown adds up over readings, and begins anew after a gap or a reading without one', async () => {
    const hot = { gpus: [{ ...well, 'clocks_throttle_reasons.active': '0x0000000000000060' }] };
    const first = await readDriver(hot);
    const second = await readDriver(hot, { before: first, at: later(5) });
    const third = await readDriver(hot, { before: second, at: later(10) });
    const seconds = (reading: Reading) => reading.card['3b:00']?.slowed_seconds;
    assert.deepEqual([first, second, third].map(seconds), [0, 300, 900]);
    assert.equal(seconds(await readDriver(hot, { before: second, at: later(31) })), 0);
    assert.equal(seconds(await readDriver(hot, { before: second, at: later(-1) })), 0);
    const cool = await readDriver({ gpus: [well] }, { before: third, at: later(5) });
    assert.equal(seconds(await readDriver(hot, { before: cool, at: later(5) })), 0);
  });

  test('a lost GPU keeps its place: told in a message, in its cells, or without its address', async () => {
    const all = [gpuAt(0, '3B'), gpuAt(1, 'AF'), gpuAt(2, 'B7')];
    const before = await readDriver({ gpus: all });
    const lostCells = Object.fromEntries(Object.keys(well).map((field) => [field, '[GPU is lost]']));
    const message = 'Unable to determine the device handle for GPU0000:AF:00.0: Unknown Error\n';
    const ways: Driver[] = [
      { gpus: [gpuAt(0, '3B'), gpuAt(2, 'B7')], says: message },
      { gpus: [gpuAt(0, '3B'), { ...lostCells, index: '1', 'pci.bus_id': '00000000:AF:00.0' }, gpuAt(2, 'B7')] },
      { gpus: [gpuAt(0, '3B'), { ...lostCells, index: '1' }, gpuAt(2, 'B7')] },
    ];
    for (const way of ways) {
      const { card, listed } = await readDriver(way, { before });
      const { state, model, temperature_celsius, seen_at } = card['af:00'] ?? assert.fail(JSON.stringify(card));
      assert.deepEqual([state, model, temperature_celsius], ['lost', 'NVIDIA A100-SXM4-80GB', undefined]);
      assert.deepEqual([listed, Object.keys(card).length, seen_at], [2, 3, at.toISOString()]);
    }
    assert.equal(ways.length, 3);
  });

  test('where nvidia-smi gives up at a lost GPU, the others are unread, not missing', async () => {
    const before = await readDriver({ gpus: [gpuAt(0, '3B'), gpuAt(1, 'AF')] });
    const says =
      'Unable to determine the device handle for GPU 0000:AF:00.0: GPU is lost.  Reboot the system to recover this GPU\n';
    const { card, problem } = await readDriver({ gpus: [], says, exit_code: 15 }, { before });
    assert.deepEqual([card['3b:00']?.state, card['af:00']?.state], ['unread', 'lost']);
    assert.match(problem ?? '', /GPU is lost/);
    assert.match(card['3b:00']?.reason ?? '', /device handle/);
  });

  test('an nvidia-smi that is cut off in its list has no reading, and the GPUs that it did not list are not missing', async () => {
    const all = [gpuAt(0, '3B'), gpuAt(1, 'AF'), gpuAt(2, 'B7')];
    const before = await readDriver({ gpus: all });
    for (const exit_code of [255, 999])
      await assert.rejects(
        readDriver({ gpus: all.slice(0, 1), exit_code }, { before, more: 'count: 3' }),
        new RegExp(`^Error: nvidia-smi failed after 1 GPU \\(exit code ${exit_code}\\): it says no reason$`),
      );
    const lost = { ...gpuAt(0, '3B'), 'temperature.gpu': '[GPU is lost]' };
    const { card } = await readDriver({ gpus: [lost], exit_code: 255 }, { before });
    assert.deepEqual(
      Object.values(card).map(({ state }) => state),
      ['lost', 'unread', 'unread'],
    );
  });

  test('a GPU that is not listed any more stays as missing until it is back, or the configuration names the number left', async () => {
    const before = await readDriver({ gpus: [gpuAt(0, '3B'), gpuAt(1, 'AF')] });
    const left = { gpus: [gpuAt(0, '3B')] };
    const first = await readDriver(left, { before });
    const second = await readDriver(left, { before: first });
    assert.deepEqual([second.card['af:00']?.state, second.listed], ['missing', 1]);
    assert.match(second.card['af:00']?.reason ?? '', /it did at 2026-11-20T08:00:00\.000Z/);
    assert.equal((await readDriver(left, { before: second, more: 'count: 2' })).card['af:00']?.state, 'missing');
    assert.deepEqual(Object.keys((await readDriver(left, { before: second, more: 'count: 1' })).card), ['3b:00']);
    const back = await readDriver({ gpus: [gpuAt(0, '3B'), gpuAt(1, 'AF')] }, { before: second });
    assert.equal(back.card['af:00']?.state, 'present');
  });

  test('no devices: those of before are missing; without any, it is no reading', async () => {
    const none = prints('No devices were found\n', 6);
    const before = await readDriver({ gpus: [well] });
    const { card, listed } = await read(none, { before });
    assert.deepEqual([listed, card['3b:00']?.state], [0, 'missing']);
    assert.equal((await read(none, { more: 'count: 8' })).listed, 0);
    await assert.rejects(read(none), /^Error: nvidia-smi: No devices were found$/);
  });

  test('a corrupted infoROM is a warning of that GPU, whose values are read', async () => {
    const says = 'WARNING: infoROM is corrupted at gpu 0000:3B:00.0\n';
    const { card } = await readDriver({ gpus: [gpuAt(0, '3B'), gpuAt(1, 'AF')], says, exit_code: 14 });
    assert.deepEqual([card['3b:00']?.temperature_celsius, card['3b:00']?.warning], [61, says.trim()]);
    assert.equal(card['af:00']?.warning, undefined);
  });

  test('an nvidia-smi that fails has no reading, and says why', async () => {
    const driver = 'NVIDIA-SMI has failed because it couldn’t communicate with the NVIDIA driver.\n';
    for (const [stdout, code, words] of [
      [driver, 9, /\(exit code 9, the driver is not loaded\): NVIDIA-SMI has failed/],
      ['Failed to initialize NVML: Driver/library version mismatch\n', 18, /18, driver and library have different/],
      ['', 255, /\(exit code 255\): it prints nothing/],
      ['<html>hello</html>\n', 0, /lists no GPU \(exit code 0\): <html>/],
      ['0, 1\n'.repeat(100), 0, /lists no GPU/],
    ] as const)
      await assert.rejects(read(prints(stdout, code)), words);
    const many = Array.from({ length: 65 }, (_, index) => gpuAt(index, index.toString(16).padStart(2, '0')));
    await assert.rejects(readDriver({ gpus: many }), /lists 65 GPUs, more than 64/);
    await assert.rejects(readDriver({ gpus: [well, well] }), /lists two GPUs at 3b:00/);
  });

  test('a machine without nvidia-smi has no GPUs; one that had some, or ought to, has no reading', async () => {
    const missing = async (): Promise<Completed> => {
      throw new NotInstalled('nvidia-smi is not installed (ENOENT)');
    };
    await assert.rejects(read(missing), (error) => error instanceof Absent && /not installed/.test(error.message));
    const before = await readDriver({ gpus: [well] });
    for (const options of [{ before }, { more: 'count: 1' }])
      await assert.rejects(read(missing, options), (error) => !(error instanceof Absent));
    const failing = async (): Promise<Completed> => {
      throw new Error('nvidia-smi was ended by SIGKILL');
    };
    await assert.rejects(read(failing), (error) => !(error instanceof Absent));
  });

  test('a reading of another machine says nothing of this one', async () => {
    const before = { ...(await readDriver({ gpus: [gpuAt(0, 'AF')] })), host: 'other' };
    assert.deepEqual(Object.keys((await readDriver({ gpus: [well] }, { before })).card), ['3b:00']);
  });
});

/** Puts a program called nvidia-smi first on the PATH. */
function withProgram(t: TestContext, script: string): string {
  const folder = temporaryFolder(t);
  const file = join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}:${path}`;
  t.after(() => {
    process.env['PATH'] = path;
  });
  return folder;
}

describe('gpus probe, a real program', () => {
  const readReal = (folder: string, ms: number): Promise<Reading> =>
    gpus.read({
      host: () => localHost(folder, AbortSignal.timeout(ms)),
      config: configurationOf('gpus: { here: {} }'),
      item: 'here',
      previous: undefined,
      bootId: '',
      at,
    });

  test('its rows are read', async (t) => {
    const folder = withProgram(
      t,
      'echo "0, 00000000:3B:00.0, T4$(printf ", [N/A]%.0s" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19)"',
    );
    assert.equal((await readReal(folder, 10_000)).card['3b:00']?.model, 'T4');
  });

  test('one that hangs is ended at the deadline', async (t) => {
    const folder = withProgram(t, 'exec sleep 60');
    await assert.rejects(readReal(folder, 300));
  });

  test('one that prints without end is ended, and has no reading', async (t) => {
    const folder = withProgram(t, 'exec yes 0, 00000000:3B:00.0');
    await assert.rejects(readReal(folder, 20_000), /printed more than \d+ (bytes|characters)/);
  });
});
