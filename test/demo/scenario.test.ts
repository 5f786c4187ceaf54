// The state of the simulated site: the same in whatever order it is computed, with faults that begin and end as listed.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Fault, type FaultKind, faultName, faults, monthStart } from '../../lib/demo/faults.ts';
import { places, type Stream, streams } from '../../lib/demo/layout.ts';
import {
  bytesAt,
  checkoutAt,
  dashboardAt,
  day,
  diskAt,
  filesOf,
  gateAt,
  hour,
  machineAt,
  minute,
  newestSample,
  powerAt,
  faultAt,
  unitAt,
} from '../../lib/demo/scenario.ts';
import { checks } from '../../lib/health/checks/index.ts';

const streamOf = (name: string): Stream => streams.find((stream) => stream.name === name) ?? assert.fail(name);
const faultOf = (subject: string, kind?: FaultKind): Fault =>
  faults.find((one) => one.subject === subject && (kind === undefined || one.kind === kind)) ?? assert.fail(subject);

/** The whole state at an instant, as text. */
const everything = (at: number): string =>
  JSON.stringify([
    streams.map((stream) =>
      places.map((place) => filesOf(stream, place, at - day, at).map((file) => bytesAt(stream, place, file, at))),
    ),
    (['project', 'data', 'root', 'source-data', 'gws'] as const).map((disk) => diskAt(disk, at)),
    powerAt(at),
    newestSample(at),
    [gateAt('prune', at), gateAt('product', at)],
    ['hatpro-process.service', 'aurora-backup.timer'].map((unit) => unitAt(unit, at)),
    dashboardAt(at),
    checkoutAt('dashboard', at),
    machineAt(at),
  ]);

describe('scenario', () => {
  test('there are eight streams with distinct names', () => {
    assert.equal(streams.length, 8);
    assert.equal(new Set(streams.map(({ name }) => name)).size, 8);
    assert.equal(streamOf('hatpro').window, '3h');
  });

  test('every fault begins and ends within the month, with two hours left to become green again', () => {
    assert.ok(faults.length >= 25);
    for (const fault of faults) {
      assert.ok(fault.begins >= monthStart && fault.begins < fault.ends, faultName(fault));
      assert.ok(fault.ends + 2 * hour <= monthStart + 30 * day, faultName(fault));
      assert.ok(fault.summary.length > 10 && Object.keys(fault.expected).length > 0, faultName(fault));
      assert.equal(faultAt(fault.subject, fault.kind, fault.begins - 1), undefined, faultName(fault));
      assert.equal(faultAt(fault.subject, fault.kind, fault.begins), fault);
      assert.equal(faultAt(fault.subject, fault.kind, fault.ends - 1), fault);
      assert.equal(faultAt(fault.subject, fault.kind, fault.ends), undefined, faultName(fault));
    }
    const byBegin = faults.toSorted((one, other) => one.begins - other.begins);
    assert.deepEqual(faults, byBegin);
  });

  test('every fault expects existing checks, every level occurs, and no two faults share an observation at once', () => {
    const names = new Set(checks.map(({ name }) => name));
    for (const { expected } of faults)
      for (const id of Object.keys(expected)) assert.ok(names.has(id.split(':', 1)[0] ?? ''), id);
    const levels = new Set(faults.flatMap(({ expected }) => Object.values(expected)));
    assert.deepEqual([...levels].sort(), ['amber', 'red', 'unknown']);
    for (const one of faults) {
      const others = faults.filter(
        (other) => other !== one && other.begins < one.ends + 2 * hour && one.begins < other.ends,
      );
      for (const other of others)
        for (const id of Object.keys(one.expected))
          assert.ok(!(id in other.expected), `${faultName(one)} and ${faultName(other)}: ${id}`);
    }
  });

  test('an instant has the same state in whatever order instants are computed', () => {
    const instants = Array.from({ length: 120 }, (_, index) => monthStart + index * 6 * hour + 17 * minute);
    const forwards = instants.map(everything);
    assert.deepEqual(instants.toReversed().map(everything).toReversed(), forwards);
    assert.ok(new Set(forwards).size === forwards.length, 'two instants have the same state');
  });

  test('a copy has nothing before the source has it, and without a fault all of it within 30 minutes', () => {
    const at = monthStart + 5 * hour;
    let files = 0;
    for (const stream of streams) {
      for (const place of ['local', 'gws'] as const) {
        for (const file of filesOf(stream, place, at - 2 * day, at)) {
          files += 1;
          assert.ok(file.arrives > file.written && file.arrives < file.written + 30 * minute);
          assert.equal(bytesAt(stream, place, file, file.arrives - 1), undefined);
          assert.equal(bytesAt(stream, place, file, file.arrives), file.bytes);
        }
      }
    }
    assert.ok(files > 700, `only ${files} files`);
  });

  test('a stopped stream writes nothing, and resumes afterwards', () => {
    const { begins, ends } = faultOf('mrr', 'writes nothing');
    const written = filesOf(streamOf('mrr'), 'source', begins - 3 * hour, ends + 3 * hour).map((file) => file.written);
    assert.ok(written.every((time) => time < begins || time >= ends));
    assert.ok(written.some((time) => time < begins) && written.some((time) => time >= ends));
  });

  test('no copy arrives while the link to the source is down, and all arrive afterwards', () => {
    const fault = faultOf('source');
    for (const stream of streams) {
      const files = filesOf(stream, 'gws', fault.begins - 2 * hour, fault.ends);
      assert.ok(files.length > 1);
      for (const { arrives } of files) assert.ok(arrives < fault.begins || arrives >= fault.ends);
    }
  });

  test('lost and truncated files are complete again when the fault has ended', () => {
    const cases = [
      ['ceilometer', 'gws', 'loses files'],
      ['parsivel', 'local', 'cuts files short'],
    ] as const;
    for (const [name, place, trouble] of cases) {
      const fault = faultOf(`${name}.${place}`, trouble);
      const stream = streamOf(name);
      const files = filesOf(stream, place, fault.begins - 2 * day, fault.begins - 2 * hour);
      const wrongAt = (at: number) => files.filter((file) => bytesAt(stream, place, file, at) !== file.bytes).length;
      assert.equal(wrongAt(fault.begins - 1), 0);
      assert.ok(wrongAt(fault.begins) > 0 && wrongAt(fault.begins) < files.length / 2, name);
      assert.equal(wrongAt(fault.ends), 0);
    }
  });

  test('the battery is fuller by day than by night, and within its limits unless it discharges', () => {
    const charges = Array.from({ length: 24 }, (_, index) => powerAt(monthStart + index * hour).charge);
    assert.ok(Math.max(...charges) - Math.min(...charges) > 10);
    for (let at = monthStart; at < monthStart + 6 * day; at += 5 * minute) {
      const { volts, charge, celsius } = powerAt(at);
      assert.ok(volts > 52 && charge > 50 && celsius < 40, new Date(at).toISOString());
    }
  });
});
