// What `status` says of temperatures; the rest is tried as a command in commands/status.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { renderStatus, type Status } from '../../lib/cycle/status.ts';

const at = '2026-11-20T12:00:00.000Z';
const look = {
  paint: (_style: string, text: string) => text,
  width: 100,
  command: (words: string) => `ops-monitor ${words}`,
};
const site: Status = {
  at,
  site: 'aurora',
  hostname: 'vm',
  alerts: {},
  quiet: [],
  stages: [],
  disk: { own: [], free_bytes: null },
  problems: [],
};
const sensors = [
  { name: 'nvme-0 Composite', celsius: 72, trouble: 'above 70 °C' },
  { name: 'nvme-0 Sensor 1', trouble: 'EIO' },
  { name: 'acpitz-0 temp1', celsius: 60 },
  { name: 'coretemp-0 Package', celsius: 51.25 },
  { name: 'coretemp-0 Core 0', celsius: 50 },
];

describe('cycle/status', () => {
  test('names the sensors with trouble first, then the hottest', () => {
    const shown = renderStatus({ ...site, temperatures: { at, sensors } }, { ...look, width: 200 });
    const says =
      'nvme-0 Composite 72.0 °C (above 70 °C), nvme-0 Sensor 1 (EIO), acpitz-0 temp1 60.0 °C, coretemp-0 Package 51.3 °C and 1 more';
    assert.ok(shown.includes(`\nTemperatures\n  ${says}`), shown);
  });

  test('shows no number of an old heartbeat, and nothing where there is none', () => {
    const old = renderStatus({ ...site, temperatures: { at: '2026-11-20T11:50:00.000Z', sensors } }, look);
    assert.match(old, /\nTemperatures\n {2}unknown: the last heartbeat was 10m ago/);
    assert.doesNotMatch(old, /°C/);
    assert.doesNotMatch(renderStatus(site, look), /Temperatures/);
  });
});
