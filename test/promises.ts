// Within what time a full disk is mailed, by each path: what the timer, the deadlines of the stages, the holds, Prometheus and
// Alertmanager add up to, as they are delivered.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { handlingOf } from '../lib/alerts/sightings.ts';
import { parseDuration } from '../lib/core/quantity.ts';
import { root } from './process.ts';
import { rulesIn } from './rules.ts';
import { configurationOf, readText } from './world.ts';

/** Step → seconds that it takes at most. */
type Promised = Readonly<Record<(typeof steps)[number], number | undefined>>;

export const steps = [
  'until the next cycle begins',
  'its stages, by their deadlines',
  'until Prometheus reads the textfile',
  'until it evaluates the rule',
  'hold of the alert',
  'Alertmanager waits for others',
] as const;

const seconds = (text: string): number => parseDuration(text) ?? assert.fail(text);

/** The deadline of the stage's unit. */
function deadlineOf(stage: string): number {
  const own = join(root, 'systemd', `ops-monitor@${stage}.service.d`, '50-stage.conf');
  const files = [...(existsSync(own) ? [own] : []), join(root, 'systemd', 'ops-monitor@.service')];
  const [found] = files.flatMap((file) => /^TimeoutStartSec=(\d+)$/m.exec(readText(file))?.[1] ?? []);
  return Number(found);
}

interface Route {
  readonly matchers?: readonly string[];
  readonly group_wait?: string;
  readonly routes?: readonly Route[];
}

export function promises(): Readonly<Record<string, Promised>> {
  const [, minutes] =
    /^OnCalendar=\*:0\/(\d+)$/m.exec(readText(join(root, 'systemd', 'ops-monitor-cycle.timer'))) ?? [];
  const cycle = Number(minutes) * 60;
  const deadlines = (...stages: string[]): number => stages.reduce((sum, stage) => sum + deadlineOf(stage), 0);
  const assessed = deadlines('collect-snapshot', 'assess-health');
  const sent = assessed + deadlines('send-alerts');
  const { hold } = handlingOf(configurationOf(''), 'storage', 'data');

  const { global } = parse(readText(join(root, 'ops', 'prometheus', 'prometheus.yml'))) as {
    global: { scrape_interval: string; evaluation_interval: string };
  };
  const [scrape, evaluation] = [seconds(global.scrape_interval), seconds(global.evaluation_interval)];
  const forOf = (file: string, alert: string): number =>
    seconds(rulesIn(file).find((rule) => rule.alert === alert)?.for ?? assert.fail(alert));

  const { route } = parse(readText(join(root, 'ops', 'alertmanager', 'alertmanager.yml'))) as { route: Route };
  const waits = (matcher?: string): number => {
    const found = matcher === undefined ? route : route.routes?.find(({ matchers }) => matchers?.includes(matcher));
    return seconds(found?.group_wait ?? assert.fail(matcher));
  };

  const promise = (...all: (number | undefined)[]): Promised =>
    Object.fromEntries(steps.map((step, index) => [step, all[index]])) as Promised;
  return {
    'mail of send-alerts': promise(cycle, sent, undefined, undefined, hold),
    'send-alerts, Alertmanager': promise(cycle, sent, undefined, undefined, hold, waits()),
    '`OpsMonitorCheck`': promise(
      cycle,
      assessed,
      scrape,
      evaluation,
      forOf('ops-monitor', 'OpsMonitorCheck'),
      waits('covered_by="send-alerts"'),
    ),
    '`DiskSpaceLow`': promise(undefined, undefined, scrape, evaluation, forOf('valtronics', 'DiskSpaceLow'), waits()),
  };
}

export const sumOf = (promised: Promised): number => steps.reduce((sum, step) => sum + (promised[step] ?? 0), 0);
