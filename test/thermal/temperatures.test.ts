import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { temperaturesOf } from '../../lib/thermal/files.ts';
import type { ThermalState } from '../../lib/thermal/files.ts';

const at = '2026-11-20T12:00:00.000Z';
const steady = (celsius: number) => ({ celsius, since: at });
const track = { source: 'hwmon', chip: 'nvme-0', title: 'disk', over: 3, under: 0, read_at: at, began_at: at };
const stateOf = (more: object): ThermalState => ({
  schema_version: 1,
  at,
  steady: {},
  tracks: {},
  disagreements: {},
  quiet_until: {},
  ...more,
});

describe('page/temperatures', () => {
  test('shows what is wrong first, then the hottest, with a sensor that has no temperature as such', () => {
    const found = temperaturesOf(
      stateOf({
        steady: {
          'hwmon coretemp-0 Package id 0': steady(51),
          'hwmon nvme-0 Composite': steady(72),
          'hwmon acpitz-0 temp1': steady(90),
        },
        tracks: {
          a: { ...track, sensor: 'Composite', above: 70, limit_key: '', celsius: 72, highest_celsius: 73 },
          b: { ...track, sensor: 'Sensor 1', kind: 'unread', why: 'EIO' },
          ended: { ...track, sensor: 'Sensor 2', kind: 'unread', why: 'EIO', ended_at: at },
        },
      }),
    );
    assert.deepEqual(found, {
      at,
      sensors: [
        { name: 'nvme-0 Composite', celsius: 72, trouble: 'above 70 °C' },
        { name: 'nvme-0 Sensor 1', trouble: 'EIO' },
        { name: 'acpitz-0 temp1', celsius: 90 },
        { name: 'coretemp-0 Package id 0', celsius: 51 },
      ],
    });
  });

  test('shows nothing of a machine without a heartbeat, or of another layout', () => {
    assert.equal(temperaturesOf(undefined), undefined);
    assert.equal(temperaturesOf(stateOf({ schema_version: 2 })), undefined);
    assert.deepEqual(temperaturesOf(stateOf({})), { at, sensors: [] });
  });
});
