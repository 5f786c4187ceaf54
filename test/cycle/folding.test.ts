// One unreachable machine is one finding in every place that lists findings, with all that is unknown because of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { checks, sections } from '../../lib/config/registry.ts';
import type { Observation } from '../../lib/contract/observation.ts';
import { renderSummary } from '../../lib/cycle/summary.ts';
import { explain, renderExplanation } from '../../lib/health/explanation.ts';
import { latestHealth } from '../../lib/health/files.ts';
import { nagiosAnswer } from '../../lib/health/nagios.ts';
import { renderReport } from '../../lib/report/render.ts';
import { root } from '../process.ts';
import { configurationOf, temporaryFolder, worldIn } from '../world.ts';

const at = new Date('2026-11-20T12:00:00Z');

const observation = (check: string, subject: string, more: Partial<Observation> = {}): Observation => ({
  id: `${check}:${subject}`,
  check,
  subject,
  level: 'unknown',
  value: null,
  unit: '',
  limit: { value: null, key: '' },
  message: `${check} of ${subject} could not be read`,
  runbook: `ops/runbooks/${check}.md`,
  ...more,
});

const dead = observation('host-reachable', 'source', { level: 'red', message: 'source cannot be reached: no answer' });
const dependents = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) =>
  observation('stream-age', name, { because: 'hosts.source' }),
);
const health = {
  schema_version: 1,
  assessed_at: at.toISOString(),
  snapshot_time_utc: at.toISOString(),
  run_id: '0'.repeat(32),
  site: 'aurora',
  hostname: 'vm',
  overall_level: 'red' as const,
  counts: { green: 0, amber: 0, red: 1, unknown: 7 },
  observations: [dead, ...dependents],
};
const all = dependents.map(({ id }) => id).join(', ');
const words = 'because of it 7 more observations are unknown';

describe('a machine that cannot be reached, with seven observations that depend on it', () => {
  test('is one finding for Nagios, in the summary and in the report, and names the others', () => {
    const [first = '', ...findings] = nagiosAnswer(health).text.split('\n');
    assert.match(first, /1 red, 7 unknown: source cannot be reached: no answer; because of it 7 more [^;]* \|/);
    assert.deepEqual(findings, [`red host-reachable:source: ${dead.message}; ${words}: ${all}`]);

    const paint = (_style: string, text: string): string => text;
    const summary = renderSummary({
      health,
      snapshot: undefined,
      version: '0',
      files: [],
      paint,
      width: Infinity,
      explainWith: 'explain',
    });
    assert.equal(summary.match(/^ {2}(red|unknown) /gm)?.length, 1, summary);
    assert.ok(summary.includes(`${words}: ${all}`), summary);

    const input = { definitions: sections, snapshot: undefined, alerts: undefined, at, folder: '/opt/x' };
    const lines = renderReport({ ...input, health })
      .split('\n')
      .filter((line) => line.startsWith('- '));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0] ?? '',
      /Because of it 7 more observations are unknown: `stream-age:a`, .* runbook: `\/opt\/x\/ops\/runbooks\/host-reachable.md`/,
    );
  });

  test('explain names the cause of each dependent, and the dependents of the cause', async (t) => {
    const world = worldIn(temporaryFolder(t), { at, config: configurationOf('site: aurora') });
    await world.replace(latestHealth, health);
    const explained = async (id: string): Promise<string> =>
      renderExplanation(await explain({ sections, checks }, id, world, () => '', undefined), at, Infinity);
    assert.match(
      await explained('stream-age:c'),
      /cause +host-reachable:source: source cannot be reached: no answer\n/,
    );
    const cause = await explained('host-reachable:source');
    assert.ok(cause.includes(`7 more observations, unknown because of it: ${all}`), cause);
    assert.ok(cause.includes(join(root, 'ops', 'runbooks', 'host-reachable.md')), cause);
  });
});
