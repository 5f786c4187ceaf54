// Judges all nodes together: reports → observations → alerts, the worst first. Pure.
import type { Particulars } from '../contract/check.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { Observation } from '../contract/observation.ts';
import type { Section } from '../contract/section.ts';
import { runChecks } from '../engine/checks.ts';
import { ownOf } from '../core/fields.ts';
import { type Level, worst, worstFirst } from '../core/level.ts';
import { severities, type Severity } from '../core/severity.ts';
import { nodeSections } from '../node/sections/index.ts';
import type { FleetSettings } from './config.ts';
import {
  type AnyJudgement,
  causes,
  cluster,
  type FleetReadable,
  isNameserver,
  type Links,
  type NodeFacts,
  unreadName,
} from './define.ts';
import type { FleetReading, NodeAnswer } from './files.ts';
import { judgements } from './judge/index.ts';
import { mostParts } from './findings.ts';
import { linksOf, meshOf, mostPeers } from './links.ts';
import { rqliteMembers } from './members.ts';
import { reasonsIn, sectionOf } from './read-report.ts';

export interface FleetAlert extends Pick<
  Observation,
  'id' | 'subject' | 'level' | 'message' | 'value' | 'unit' | 'limit'
> {
  readonly severity: Severity;
  readonly subsystem: string;
  /** Null where the alert is about no single node. */
  readonly node: string | null;
  /** Node → what this node reported about the problem. */
  readonly evidence: Readonly<Record<string, string>>;
  readonly advice: string;
  /** Ids of the findings that follow from this alert and are therefore no alerts of their own. */
  readonly consequences: readonly string[];
}

export interface Fleet extends FleetReading {
  /** Names of the nodes that the views show; absent where the views show all nodes. All nodes are judged together in both cases. */
  readonly shown?: readonly string[];
  readonly facts: Readonly<Record<string, NodeFacts>>;
  /** Section → node → its reading. */
  readonly sections: Readonly<Record<string, Readonly<Record<string, Envelope>>>>;
  readonly links: Links;
  /** The members of the rqlite cluster, as most of its nodes list them. */
  readonly members: FleetReadable['members'];
  readonly mesh: FleetReadable['mesh'];
  readonly observations: readonly Observation[];
  /** The severity of an alert about this observation. */
  readonly severityIn: (one: Observation) => Severity;
  readonly alerts: readonly FleetAlert[];
}

type Words = Pick<Particulars, 'evidence' | 'advice'>;

export function assessFleet(reading: FleetReading, { environments, limits }: FleetSettings, at: Date): Fleet {
  const { nodes: configured, expected = [] } = ownOf(environments, reading.environment) ?? {};
  const severityIn = (one: Observation): Severity =>
    expected.some((name) => isNamed(one, name)) ? 'info' : severityOf(one.check, one.level);
  const answers = Object.entries(reading.nodes);
  const sections = Object.fromEntries(
    Object.entries(nodeSections).map(([name, section]) => [
      name,
      Object.fromEntries(answers.map(([node, answer]) => [node, envelopeOf(name, section, node, answer)])),
    ]),
  );
  const facts = Object.fromEntries(
    answers.map(([name, answer]) => {
      const must = [...(ownOf(configured, name)?.sections ?? []), ...(isNameserver(answer.role) ? ['dns'] : [])];
      return [name, { ...factsOf(answer), missing: missingOf(must, name, sections) }];
    }),
  );
  const between = {
    nodes: facts,
    rqlite: readIn(sections['rqlite']) as FleetReadable['rqlite'],
    wireguard: readIn(sections['wireguard']) as FleetReadable['wireguard'],
  };
  const mesh = meshOf(sections['wireguard'] ?? {});
  const links = linksOf({ ...between, mesh });
  const members = rqliteMembers({ ...between, links });
  const judged = runChecks({
    checks: judgements,
    sections: {
      nodes: whole(
        reading,
        Object.fromEntries(Object.entries(facts).map(([name, data]) => [name, whole(reading, data)])),
      ),
      links: whole(reading, links),
      members: whole(reading, members),
      mesh: whole(reading, mesh),
      ...Object.fromEntries(Object.entries(sections).map(([name, items]) => [name, whole(reading, items)])),
    },
    definitions: pivoted,
    limits,
    at,
    wordsOf: (check) => ({ amber: severityOf(check, 'amber'), red: severityOf(check, 'red') }),
  });
  const words = new Map<string, Words>();
  const observations = [
    ...judged
      // A reading that failed is told once, by unreadIn, and not again by each judgement that needs the reading. Where a judgement
      // itself failed, no reading is named, and the failure is told here.
      .filter((one) => one.reading === undefined || (one.failure === undefined && one.itemFailure === undefined))
      .map(({ observation, evidence = {}, advice }) => {
        words.set(observation.id, { evidence, advice });
        return inFleet(observation);
      }),
    ...unreadIn(reading, sections),
  ];
  const alerts = foldByCause(observations, severityIn).map(({ observation, consequences }) => {
    const alert = alertOf(observation, consequences, words.get(observation.id) ?? {}, facts);
    return expected.some((name) => isNamed(observation, name)) ? asExpected(alert, reading.environment) : alert;
  });
  return { ...reading, facts, sections, links, members, mesh, observations, severityIn, alerts };
}

/** Whether a name, such as `ufw`, `ufw:node1` or `service-state:node1/a.service`, names the finding. `service-state:node1` names those of all
 * units of the node. */
const isNamed = ({ id, check }: Observation, name: string): boolean =>
  check === name || id === name || id.startsWith(`${name}/`);

/** An alert that the configuration expects is told as a note, so that nothing is silenced without a trace. */
const asExpected = (alert: FleetAlert, environment: string): FleetAlert => ({
  ...alert,
  severity: 'info',
  // What could not be read is not known, also where that is expected.
  level: alert.level === 'unknown' ? 'unknown' : 'amber',
  message: `${alert.message} (expected)`,
  advice: `Nothing while this is so on purpose: fleet.environments.${environment}.expected in the configuration names it.`,
});

/** The causes among the findings that are not green, the worst first, each with the ids of the findings that follow from it. */
function foldByCause(observations: readonly Observation[], severityIn: (one: Observation) => Severity) {
  const bad = new Map(observations.filter(({ level }) => level !== 'green').map((one) => [one.id, one]));
  const rankOf = (one: Observation): number => severities.indexOf(severityIn(one));
  const rootOf = (one: Observation, seen: readonly string[] = []): string => {
    const cause = bad.get(one.because ?? '');
    // Two findings that name each other as their cause are both shown, and a cause hides no finding that is worse than itself. A critical
    // finding about the cluster never follows from one about a single node, because the cluster would then look well.
    const isWider = one.level === 'red' && isOfCluster(one) && cause !== undefined && !isOfCluster(cause);
    const isFolded =
      cause && !isWider && cause.id !== one.id && !seen.includes(cause.id) && rankOf(cause) <= rankOf(one);
    return isFolded ? rootOf(cause, [...seen, one.id]) : one.id;
  };
  const folded = Map.groupBy(bad.values(), (one) => rootOf(one));
  return [...bad.values()]
    .filter(({ id }) => folded.has(id))
    .toSorted(
      (one, other) => rankOf(one) - rankOf(other) || worstFirst.indexOf(one.level) - worstFirst.indexOf(other.level),
    )
    .map((observation) => ({
      observation,
      consequences: (folded.get(observation.id) ?? []).flatMap(({ id }) => (id === observation.id ? [] : [id])),
    }));
}

const isOfCluster = ({ subject }: Observation): boolean => subject === cluster;

const whole = ({ collected_at }: FleetReading, data: unknown): Envelope => ({
  status: 'ok',
  ms: 0,
  collected_at,
  data,
});

/** The definitions of the sections for the engine, which reads each section of a report here as one item for each node. */
const pivoted = {
  nodes: { ...nodeSections.system, many: true },
  links: nodeSections.system,
  members: nodeSections.system,
  mesh: nodeSections.system,
  ...Object.fromEntries(
    Object.entries(nodeSections).map(([name, section]): [string, Section] => [name, { ...section, many: true }]),
  ),
};

/** Node → the data of its section. Nodes whose section could not be read are missing. */
const readIn = (items: Readonly<Record<string, Envelope>> = {}): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(items).flatMap(([node, one]) => (one.status === 'ok' ? [[node, one.data]] : [])));

const missingOf = (must: readonly string[], node: string, sections: Fleet['sections']): Record<string, string> =>
  Object.fromEntries(
    must.flatMap((section) => {
      const found = sections[section]?.[node];
      return found?.status === 'absent' ? [[section, found.reason]] : [];
    }),
  );

function factsOf({ role, reached, error, target, asked_at, collection_ms, report = {} }: NodeAnswer): NodeFacts {
  const { timestamp, collect_ms: took, version } = report as Readonly<Record<string, unknown>>;
  const clock = clockOf(timestamp, took, new Date(asked_at), collection_ms);
  return { role, reached, error, target, version: typeof version === 'string' ? version : undefined, ...clock };
}

/** The node read its clock after the call began, and at least `collect_ms`, in which it made the report, before the call ended. */
function clockOf(timestamp: unknown, took: unknown, asked: Date, collectionMs: number): Partial<NodeFacts> {
  const its = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (Number.isNaN(its)) return {};
  const room = Math.max(0, collectionMs - (typeof took === 'number' && took > 0 ? took : 0));
  return {
    clock_offset_seconds: Math.round(its - (asked.getTime() + room / 2)) / 1000,
    clock_uncertainty_seconds: Math.round(room / 2) / 1000,
  };
}

const envelopeOf = (
  name: string,
  section: Section,
  node: string,
  { report, error = '', asked_at }: NodeAnswer,
): Envelope =>
  report
    ? sectionOf(report as Readonly<Record<string, unknown>>, name, section, asked_at)
    : { status: 'failed', kind: 'error', reason: error, because: causes.node(node), ms: 0 };

/** The keys of the limits are those of the whole configuration, where they stand under `fleet`. */
const inFleet = (observation: Observation): Observation => ({
  ...observation,
  limit:
    observation.limit.key === '' ? observation.limit : { ...observation.limit, key: `fleet.${observation.limit.key}` },
  runbook: 'ops/docs/fleet.md',
});

/** A finding for each section, or part of a section, that a node which was reached could not read. */
function unreadIn(reading: FleetReading, sections: Fleet['sections']): Observation[] {
  return Object.entries(reading.nodes).flatMap(([node, { report }]) => {
    if (!report) return [];
    const wholes = Object.entries(sections).flatMap(([section, items]) => {
      const one = items[node];
      return one?.status === 'failed' ? [unread(node, section, one.reason)] : [];
    });
    const parts = reasonsIn(report as Readonly<Record<string, unknown>>, 'errors').flatMap(
      ({ section, part, reason }) =>
        part === undefined || !Object.hasOwn(sections, section) || sections[section]?.[node]?.status === 'failed'
          ? []
          : [{ ...unread(node, `${section}.${part}`, reason), because: causeOfUnread(node, section, part) }],
    );
    const found = [
      ...wholes,
      ...parts.slice(0, mostUnread),
      ...(parts.length > mostUnread
        ? [unread(node, `${parts.length - mostUnread} more parts`, 'the report says why')]
        : []),
      ...unjudgedIn(sections, node),
    ];
    // A report may name a part twice.
    return [...new Map(found.map((one) => [one.id, one])).values()];
  });
}

/** More than any honest report has. */
const mostUnread = 50;

/** The alert about a program that does not answer, for the part of the report that only this program could have told. */
function causeOfUnread(node: string, section: string, part: string): string | undefined {
  if (section !== 'namespaces') return toldBy.get(`${section}.${part}`)?.(node);
  const [, namespace = '', program = ''] = /^(.+), (rqlite|olric|gateway)$/.exec(part) ?? [];
  return causes.namespace(node, namespace, program);
}

const toldBy: ReadonlyMap<string, (node: string) => string> = new Map([
  ['rqlite.status', causes.rqlite],
  ['olric.members', causes.olric],
  ['ipfs.kubo', causes.kubo],
  ['ipfs.cluster', causes.ipfsCluster],
  ['gateway.health', causes.gateway],
  ['wireguard.peers', causes.wireguard],
  ['dns.coredns_health', causes.coredns],
  ['dns.coredns_ready', causes.coredns],
  ['dns.coredns_metrics', causes.coredns],
  ['dns.caddy_admin', causes.caddy],
  ['dns.caddy_reload', causes.caddy],
]);

/** Section → a list in it, and how many entries of this list the judgements look at. */
const judgedLists = {
  services: ['services', mostParts],
  namespaces: ['namespaces', mostParts],
  dns: ['certificates', mostParts],
  gateway: ['subsystems', mostParts],
  wireguard: ['peers', mostPeers],
} as const;

const unjudgedIn = (sections: Fleet['sections'], node: string): Observation[] =>
  Object.entries(judgedLists).flatMap(([section, [list, most]]) => {
    const one = sections[section]?.[node];
    const { [list]: parts = [] } = one?.status === 'ok' ? (one.data as Readonly<Record<string, object>>) : {};
    const count = Object.keys(parts).length;
    if (count <= most) return [];
    return [
      {
        ...unread(node, `${section}.${list}`, ''),
        value: count,
        limit: { value: most, key: '' },
        message: `${node} reports ${count} ${list}, and only the first ${most} are judged`,
        clears_when: `it reports ${most} at most`,
      },
    ];
  });

const unread = (node: string, what: string, reason: string): Observation => ({
  id: `${unreadCheck.name}:${node}/${what}`,
  check: unreadCheck.name,
  subject: `${node}/${what}`,
  level: 'unknown',
  value: null,
  unit: '',
  limit: { value: 'a reading', key: '' },
  message: `${what} of ${node} could not be read: ${reason}`,
  clears_when: 'it can be read again',
  runbook: 'ops/docs/fleet.md',
});

/** The check of what could not be read on a node that was reached. */
export const unreadCheck = {
  name: unreadName,
  subsystem: 'report',
  severities: ['warning'],
  advice: 'Run sudo ops-monitor node-report --explain on the node: it says where it looked, and what it needs.',
} as const;

const about = new Map<string, Pick<AnyJudgement, 'subsystem' | 'advice' | 'severities'>>(
  [...judgements, unreadCheck].map((one) => [one.name, one]),
);

/** An unknown level is a warning, because nobody knows whether something is wrong. */
const severityOf = (check: string, level: Level): Severity =>
  level === 'red'
    ? 'critical'
    : level === 'amber' && about.get(check)?.severities.includes('info') === true
      ? 'info'
      : 'warning';

function alertOf(
  { id, check, subject, level, message, value, unit, limit }: Observation,
  consequences: readonly string[],
  { evidence = {}, advice: own }: Words,
  facts: Fleet['facts'],
): FleetAlert {
  const { subsystem = '', advice = '' } = about.get(check) ?? {};
  const [node = ''] = subject.split('/');
  const isNode = Object.hasOwn(facts, node);
  return {
    id,
    severity: severityOf(check, level),
    subsystem,
    node: isNode ? node : null,
    subject,
    level,
    message,
    value,
    unit,
    limit,
    evidence: Object.keys(evidence).length > 0 || !isNode ? evidence : { [node]: message },
    advice: own ?? advice,
    consequences,
  };
}

/** The worst level among alerts. Notes count as green, but not what could not be read. */
export const worstOf = (alerts: readonly FleetAlert[]): Level =>
  worst([
    'green',
    ...alerts.map(({ level, severity }) => (severity === 'info' && level !== 'unknown' ? 'green' : level)),
  ]);

/** The subsystem that alerts of this check name. */
export const subsystemOf = (check: string): string => about.get(check)?.subsystem ?? '';
