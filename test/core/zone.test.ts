import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { isZone, timeOfClock, zoneClock } from '../../lib/core/zone.ts';

describe('core/zone', () => {
  test('a clock shows the offset of its zone, in summer and winter, and can be read back', () => {
    const cases: [zone: string, utc: string, clock: string][] = [
      ['UTC', '2026-07-01T12:00:00.000Z', '2026-07-01T12:00:00.000Z'],
      ['Europe/Berlin', '2026-07-01T12:00:00.500Z', '2026-07-01T14:00:00.500Z'],
      ['Europe/Berlin', '2026-12-31T23:30:00.000Z', '2027-01-01T00:30:00.000Z'],
      ['Asia/Kathmandu', '2026-11-20T12:00:00.000Z', '2026-11-20T17:45:00.000Z'],
      ['America/St_Johns', '2026-11-20T02:00:00.000Z', '2026-11-19T22:30:00.000Z'],
      ['Pacific/Auckland', '2026-11-20T12:00:00.000Z', '2026-11-21T01:00:00.000Z'],
    ];
    assert.ok(cases.length >= 6);
    for (const [zone, utc, clock] of cases) {
      assert.equal(zoneClock(new Date(utc), zone).toISOString(), clock, zone);
      assert.equal(timeOfClock(new Date(clock), zone).toISOString(), utc, zone);
    }
  });

  test('a zone is known by its IANA name', () => {
    for (const name of ['UTC', 'Europe/Berlin', 'Etc/GMT-3']) assert.equal(isZone(name), true, name);
    for (const name of ['', 'Berlin', 'Europe/Berlim', 'local']) assert.equal(isZone(name), false, name);
  });
});
