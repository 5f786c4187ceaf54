// A fleet of nodes whose reports are literals.
import { assessFleet, type Fleet } from '../../lib/fleet/assess.ts';
import { collectFleet } from '../../lib/fleet/collect.ts';
import { fleetConfig } from '../../lib/fleet/config.ts';
import { reportSections } from '../../lib/node/sections/index.ts';

const { limits } = fleetConfig.fleet.parse(undefined);

export const at = new Date('2026-11-20T12:00:00Z');

/** A report with these sections; every other section is absent. */
export function reportWith(sections: Readonly<Record<string, unknown>>, about: object = {}): string {
  const absent = Object.keys(reportSections)
    .filter((name) => !Object.hasOwn(sections, name))
    .map((section) => ({ section, reason: 'it is not installed' }));
  return JSON.stringify({
    schema_version: 1,
    timestamp: at.toISOString(),
    hostname: 'node',
    version: '0.1.0',
    collect_ms: 50,
    errors: [],
    absent,
    ...Object.fromEntries(absent.map(({ section }) => [section, null])),
    ...sections,
    ...about,
  });
}

/** Node → what it prints, or the error of asking it; judged with the default limits. */
export async function fleetOf(
  answers: Readonly<Record<string, string | Error>>,
  roles: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const reading = await collectFleet({
    environment: 'devnet',
    nodes: Object.keys(answers).map((name) => ({ name, target: `root@${name}`, role: roles[name] })),
    ask: async ({ name }) => {
      const answer = answers[name] ?? '';
      if (answer instanceof Error) throw answer;
      return answer;
    },
    atOnce: 10,
    deadlineMs: 5000,
    now: () => at,
    monotonicMs: () => 0,
  });
  return assessFleet(reading, limits, at);
}

/** `severity id: message` of each alert. */
export const alertsIn = ({ alerts }: Fleet): string[] =>
  alerts.map(({ severity, id, message }) => `${severity} ${id}: ${message}`);
