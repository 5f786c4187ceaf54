// What is not green, in the report: what depends on one cause stands in the line of that cause.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Observation } from '../../lib/contract/observation.ts';
import { renderReport } from '../../lib/report/render.ts';
import { sections } from '../../lib/snapshot/sections/index.ts';

const at = new Date('2026-11-20T12:00:00Z');

const observation = (check: string, subject: string, more: Partial<Observation> = {}): Observation => ({
  id: `${check}:${subject}`,
  check,
  subject,
  level: 'unknown',
  value: null,
  unit: '',
  limit: { value: null, key: '' },
  message: `${subject} could not be read`,
  runbook: `ops/runbooks/${check}.md`,
  ...more,
});

/** The lines of the report that name a finding. */
function linesOf(observations: readonly Observation[]): string[] {
  const report = renderReport({
    definitions: sections,
    health: {
      schema_version: 1,
      site: 'aurora',
      hostname: 'vm',
      time_utc: at.toISOString(),
      snapshot_time_utc: at.toISOString(),
      run_id: '0'.repeat(32),
      overall_level: 'red',
      counts: { green: 0, amber: 0, red: 1, unknown: observations.length - 1 },
      observations,
    } as unknown as Parameters<typeof renderReport>[0]['health'],
    snapshot: undefined,
    alerts: undefined,
    at,
    folder: '/opt/x',
  });
  return report.split('\n').filter((line) => line.startsWith('- **'));
}

const mirrorChecks = ['mirror-coverage', 'mirror-lag', 'mirror-mismatch'];

describe('findings in the report', () => {
  test('an unreachable machine is one line, with all that is unknown because of it', () => {
    const because = 'hosts.source';
    const lines = linesOf([
      observation('host-reachable', 'source', { level: 'red', message: 'source cannot be reached: no answer' }),
      observation('stream-age', 'hatpro', { because }),
      ...mirrorChecks.flatMap((check) =>
        ['hatpro.a', 'hatpro.b'].map((subject) => observation(check, subject, { because })),
      ),
    ]);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0] ?? '',
      /source cannot be reached: no answer\.\*\* Because of it 7 more observations are unknown: `stream-age:hatpro`, `mirror-coverage:hatpro\.a`/,
    );
  });

  test('an unreachable workspace is one line, too; one dependent observation is singular', () => {
    const lines = linesOf([
      observation('workspace-reachable', 'workspace', { level: 'red', message: 'nothing is mounted' }),
      observation('mirror-lag', 'hatpro.gws', { because: 'workspace' }),
    ]);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /Because of it 1 more observation is unknown: `mirror-lag:hatpro\.gws`/);
  });

  test('the checks of one failed reading share a line; nothing is folded under a cause that is not shown', () => {
    const own = mirrorChecks.map((check) => observation(check, 'hatpro.a', { because: 'mirrors.hatpro.a' }));
    const orphan = observation('stream-age', 'mrr', { because: 'hosts.source' });
    const lines = linesOf([...own, orphan, observation('stream-age', 'plain')]);
    assert.equal(lines.length, 3, lines.join('\n'));
    assert.match(
      lines[0] ?? '',
      /\(`mirror-coverage:hatpro\.a`, `mirror-lag:hatpro\.a`, `mirror-mismatch:hatpro\.a`, runbook/,
    );
    const green = observation('host-reachable', 'source', { level: 'green' });
    assert.equal(linesOf([green, orphan]).length, 1);
  });
});
