// The report's tables of active and silenced alerts.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { State } from '../../lib/alerts/files.ts';
import type { Health } from '../../lib/health/files.ts';
import { renderReport } from '../../lib/report/render.ts';

const health: Health = {
  schema_version: 1,
  assessed_at: '2026-11-20T08:00:00.000Z',
  snapshot_time_utc: '2026-11-20T08:00:00.000Z',
  run_id: '0'.repeat(32),
  site: 'aurora',
  hostname: 'vm',
  overall_level: 'green',
  counts: { green: 0, amber: 0, red: 0, unknown: 0 },
  observations: [],
};

type Alert = State['own']['alerts'][string];
const alert: Alert = {
  rule: 'storage',
  subject: 'data',
  phase: 'firing',
  first_seen: '2026-11-20T07:00:00.000Z',
  last_seen: '2026-11-20T08:00:00.000Z',
  since: '2026-11-20T07:00:00.000Z',
  incident: 'x',
  last_sent: '2026-11-20T07:05:00.000Z',
  value: 91,
  unit: 'percent',
  limit: { value: 80, key: 'alerts.rules.storage.at' },
  message: '/data is 91 % | full',
};

const reportOf = (alerts: State | undefined): string =>
  renderReport({
    definitions: {},
    health,
    snapshot: undefined,
    alerts,
    at: new Date('2026-11-20T08:00:10Z'),
    folder: '',
  });

describe('report/alerts', () => {
  test('the report lists active alerts, and silences with who, until when and why', () => {
    const text = reportOf({
      schema_version: 1,
      quiet: [
        { kind: 'silence', of: 'stream', who: 'ada', until: '2026-11-20T12:00:00.000Z', reason: 'moving' },
        { kind: 'maintenance', of: 'service', reason: 'Tue 09:00-10:00: updates' },
      ],
      snapshot: {
        seen_at: '2026-11-20T08:00:00.000Z',
        alerts: { 'storage:data': alert, 'storage:root': { ...alert, subject: 'root', phase: 'pending' } },
      },
      own: { seen_at: undefined, alerts: {} },
    });
    assert.match(
      text,
      /^\| storage:data +\| \/data is 91 % \\\| full +\| 2026-11-20 07:00 UTC +\| 2026-11-20 07:05 UTC +\|$/m,
    );
    assert.ok(!text.includes('storage:root'), 'a pending alert is not active yet');
    assert.match(text, /## Silenced/);
    assert.match(text, /^\| stream +\| silence +\| ada +\| 2026-11-20 12:00 UTC +\| moving +\|$/m);
    assert.match(text, /^\| service +\| maintenance +\| +\| +\| Tue 09:00-10:00: updates +\|$/m);
  });

  test('the report has no table of alerts where there are none', () => {
    for (const state of [
      undefined,
      { schema_version: 1, snapshot: { seen_at: undefined, alerts: {} }, own: { seen_at: undefined, alerts: {} } },
    ])
      assert.doesNotMatch(reportOf(state), /Alerts|Silenced/);
  });
});
