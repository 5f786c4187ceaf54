// Which receiver gets which alert, by Alertmanager's own tool: every alert of ops/prometheus/rules, of the product, and of the first site.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { parse } from 'yaml';
import { alertsToPost } from '../../lib/alerts/alertmanager.ts';
import { policies } from '../../lib/alerts/policies.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { alertmanagerFolder, alertmanagers, runAmtool } from './alertmanagers.ts';

type Labels = Readonly<Record<string, string>>;

const file = join(alertmanagerFolder, 'alertmanager.yml');

/** Alert → labels and receiver, as the first site has them. */
const ofTheFirstSite: Readonly<Record<string, readonly [severity: string, service: string, receiver: string]>> = {
  HighCPUUsage: ['warning', 'system', 'ops-team'],
  HighMemoryUsage: ['warning', 'system', 'ops-team'],
  DiskSpaceLow: ['critical', 'system', 'ops-team'],
  HighErrorRate: ['warning', 'application', 'web.hook'],
  HighResponseTime: ['warning', 'application', 'web.hook'],
  DatabaseConnectionsHigh: ['warning', 'database', 'database-team'],
  DevicesOffline: ['warning', 'devices', 'web.hook'],
  TelemetryDataMissing: ['warning', 'telemetry', 'web.hook'],
  CriticalAlertsHigh: ['critical', 'alerts', 'pagerduty'],
};

const receiverOfService: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(ofTheFirstSite).map(([, service, receiver]) => [service, receiver])),
  ...Object.fromEntries(
    ['boot', 'fleet', 'gates', 'ops-monitor', 'rehearsal', 'tests', 'thermal', 'watchdog'].map((one) => [
      one,
      'ops-team',
    ]),
  ),
};

interface Rule {
  readonly alert?: string;
  readonly labels: Labels;
}

/** Only `covered_by` depends on other series. */
function bothWays({ covered_by, ...labels }: Labels): Labels[] {
  const covered = { ...labels, covered_by: 'send-alerts' };
  if (covered_by === undefined) return [labels];
  return covered_by.includes('{{') ? [labels, covered] : [covered];
}

const rules = join(root, 'ops', 'prometheus', 'rules');
const alerts = readdirSync(rules).flatMap((name) => {
  const { groups } = parse(readText(join(rules, name))) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) =>
    group.rules.flatMap(({ alert, labels }) => (alert === undefined ? [] : bothWays({ alertname: alert, ...labels }))),
  );
});

/** What send-alerts posts for an alert of each of its rules. */
const now = new Date('2026-11-20T08:00:00Z');
const posted: readonly Labels[] = policies.map(({ name: rule }) => {
  const [time, subject] = [now.toISOString(), 'x'];
  const times = { first_seen: time, last_seen: time, since: time };
  const found = { incident: 'x', value: 1, unit: '', limit: { value: 1, key: '' }, message: 'x' };
  const alert = { rule, subject, phase: 'firing', ...times, ...found } as const;
  const about = { site: 'aurora', hostname: 'vm', interval: 300, now, labels: {}, product: { folder: '/' } };
  const state = { schema_version: 1, own: { alerts: {} }, snapshot: { alerts: { alert } } };
  return alertsToPost(state, {}, about)['alert']?.labels ?? assert.fail(rule);
});

describe('the routes of Alertmanager', () => {
  for (const [name, programsOf] of Object.entries(alertmanagers))
    test(`${name} accepts the configuration and its templates, and sends each alert to its receiver`, () => {
      const programs = programsOf();
      assert.match(runAmtool(programs, 'check-config', file), /SUCCESS[^]*1 templates/);
      const expected: [Labels, string][] = [
        ...Object.entries(ofTheFirstSite).map(([alertname, [severity, service, receiver]]): [Labels, string] => [
          { alertname, severity, service, cluster: 'valtronics-prod' },
          receiver,
        ]),
        ...alerts.map((labels): [Labels, string] => {
          const { alertname, service = '' } = labels;
          if (alertname === 'OpsMonitorPostsAlerts') return [labels, 'nobody'];
          if (alertname === 'CriticalAlertsHigh') return [labels, 'pagerduty'];
          return [labels, receiverOfService[service] ?? assert.fail(`${alertname}: nobody says who gets ${service}`)];
        }),
        ...posted.map((labels): [Labels, string] => [labels, 'ops-team']),
        [{ alertname: 'Anything' }, 'web.hook'],
      ];
      assert.ok(alerts.length >= 8 && posted.length >= 12);
      for (const [labels, receiver] of expected) {
        const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
        const routed = runAmtool(programs, 'config', 'routes', 'test', '--config.file', file, ...words).trim();
        assert.equal(routed, receiver, words.join(' '));
      }
    });

  test('the receivers, times and inhibition of the first site are its own', () => {
    const { route, receivers, inhibit_rules } = parse(readText(file), { merge: true }) as {
      route: Record<string, unknown> & { routes: Record<string, unknown>[] };
      receivers: Record<string, unknown>[];
      inhibit_rules: unknown[];
    };
    const { routes, ...root_ } = route;
    assert.deepEqual(root_, {
      group_by: ['alertname', 'cluster', 'service'],
      group_wait: '10s',
      group_interval: '10s',
      repeat_interval: '1h',
      receiver: 'web.hook',
    });
    const critical = { matchers: ['alertname="CriticalAlertsHigh"'], receiver: 'pagerduty', group_wait: '0s' };
    assert.deepEqual(
      routes.find(({ receiver }) => receiver === 'pagerduty'),
      { ...critical, repeat_interval: '5m' },
    );
    assert.deepEqual(inhibit_rules[0], {
      source_matchers: ['alertname="HighErrorRate"', 'cluster!="unnamed"'],
      target_matchers: ['alertname="DatabaseConnectionsHigh"'],
      equal: ['cluster'],
    });
    const names = ['web.hook', 'pagerduty', 'slack', 'email', 'database-team', 'ops-team', 'nobody'];
    assert.deepEqual(
      receivers.map(({ name }) => name),
      names,
    );
    for (const { name, ...ways } of receivers) {
      const all = Object.values(ways).flat() as { send_resolved?: boolean }[];
      assert.equal(all.length, name === 'nobody' ? 0 : 1, String(name));
      assert.ok(
        all.every(({ send_resolved }) => send_resolved === true),
        String(name),
      );
    }
  });

  test('no secret stands in the configuration, and no matcher is in the old syntax', () => {
    const text = readText(file);
    assert.doesNotMatch(text, /^\s*(match|match_re|source_match|target_match|source_match_re|target_match_re):/m);
    assert.doesNotMatch(text, /(api_url|routing_key|service_key|credentials|password|bearer_token):/);
    assert.match(text, /credentials_file[^]*routing_key_file/);
  });
});
