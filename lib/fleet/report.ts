// The report on a fleet for a language model: whole, or within a budget of tokens. Pure.
import { counted, listed } from '../core/text.ts';
import { type Fleet, type FleetAlert, subsystemOf } from './assess.ts';
import { documentVersion } from './documents.ts';
import { fleetSummary, type NodeStatus, nodeStatuses, shownNodes, statusOf, worstNodes } from './summary.ts';

/** A common estimate for English and JSON. */
const charactersPerToken = 4;

const tokensOf = (document: unknown): number => Math.ceil(JSON.stringify(document).length / charactersPerToken);

/** How much is shown of a node. `report`: its whole report. `wrong`: of its report only the sections that alerts are about. `row`: its
 * row without a report. `counted`: no row, and the node is counted with others of the same status. */
type Detail = 'report' | 'wrong' | 'row' | 'counted';

/** How much the report shows of the nodes and the alerts. */
interface Plan {
  readonly healthy: Detail;
  readonly bad: Split;
  /** So many alerts are shown, the worst first. */
  readonly alerts: number;
  /** In each alert so many nodes of the evidence, and so many ids of consequences, are shown. */
  readonly evidence: number;
}

/** The first `count` of the nodes that are not healthy, which are the worst, are shown in the detail `first`, and the rest in `others`. */
type Split = readonly [count: number, first: Detail, others: Detail];

const whole: Plan = { healthy: 'report', bad: [Infinity, 'report', 'report'], alerts: Infinity, evidence: Infinity };
const noNodes: Plan = { ...whole, healthy: 'counted', bad: [0, 'counted', 'counted'] };
const mostEvidence = 3;

export const reportOf = (fleet: Fleet) => documentOf(fleet, fleetSummary(fleet), whole);

/** The fullest report within the budget. Healthy nodes lose their reports first, and then their rows. After that the other nodes, the least
 * bad first, lose the sections without alerts, then their reports, then their rows. The least bad alerts are left out last. */
export function reportWithin(fleet: Fleet, budget: number) {
  const summary = fleetSummary(fleet);
  const build = (plan: Plan) => documentOf(fleet, summary, plan, budget);
  const fits = (document: unknown): boolean => tokensOf(document) <= budget;
  const nodes = shownNodes(fleet).length;
  const lessOfBad = (first: Detail, others: Detail): Step => [
    nodes,
    (count) => ({ ...whole, healthy: 'counted', bad: [count, first, others] }),
  ];
  const steps: readonly Step[] = [
    [0, () => whole],
    [0, () => ({ ...whole, healthy: 'row' })],
    lessOfBad('report', 'wrong'),
    lessOfBad('wrong', 'row'),
    lessOfBad('row', 'counted'),
    [fleet.alerts.length, (count) => ({ ...noNodes, evidence: mostEvidence, alerts: count })],
  ];
  for (const [most, planFor] of steps) {
    if (!fits(build(planFor(0)))) continue;
    let [fitting, beyond] = [0, most + 1];
    while (beyond - fitting > 1) {
      const middle = Math.floor((fitting + beyond) / 2);
      if (fits(build(planFor(middle)))) fitting = middle;
      else beyond = middle;
    }
    return build(planFor(fitting));
  }
  return build({ ...noNodes, evidence: mostEvidence, alerts: 1 });
}

type Step = readonly [most: number, planFor: (count: number) => Plan];

function documentOf(fleet: Fleet, summary: ReturnType<typeof fleetSummary>, plan: Plan, budget?: number) {
  const names = worstNodes(fleet);
  const healthy = names.filter((name) => statusOf(fleet, name) === 'healthy');
  const bad = names.filter((name) => statusOf(fleet, name) !== 'healthy');
  const [count, first, others] = plan.bad;
  const details = new Map<string, Detail>([
    ...bad.map((name, index) => [name, index < count ? first : others] as const),
    ...healthy.map((name) => [name, plan.healthy] as const),
  ]);
  const inDetail = (detail: Detail): string[] => names.filter((name) => details.get(name) === detail);
  const reportingIn = (detail: Detail): string[] => inDetail(detail).filter((name) => fleet.nodes[name]?.report);
  const alerts = fleet.alerts.slice(0, plan.alerts);
  const document = {
    schema_version: documentVersion,
    meta: {
      environment: fleet.environment,
      collected_at: fleet.collected_at,
      duration_seconds: fleet.duration_seconds,
      node_count: names.length,
      healthy_count: healthy.length,
      failed_count: names.filter((name) => statusOf(fleet, name) === 'unreachable').length,
    },
    summary,
    alerts: alerts.map((alert) => alertRow(alert, plan.evidence)),
    nodes: names.flatMap((name) => nodeRow(fleet, name, details.get(name) ?? 'counted')),
  };
  if (budget === undefined) return document;
  const hidden = fleet.alerts.length - alerts.length;
  const countedNodes = inDetail('counted');
  const leftOut = [
    ...nodesLeftOut('reports', reportingIn('row')),
    ...nodesLeftOut('sections without alerts', reportingIn('wrong')),
    ...nodesLeftOut('rows', countedNodes),
    ...(plan.evidence === Infinity ? [] : [`evidence beyond ${mostEvidence} nodes in each alert`]),
    ...(hidden === 0
      ? []
      : [`${counted(hidden, 'alert')} that ${hidden === 1 ? 'is' : 'are'} not worse than those shown`]),
  ];
  const small = {
    ...document,
    meta: { ...document.meta, budget_tokens: budget, left_out: leftOut },
    ...(countedNodes.length === 0 ? {} : { nodes_summed_up: summedUp(fleet, countedNodes) }),
  };
  if (tokensOf(small) <= budget) return small;
  const note = 'the budget is too small even for the worst alert';
  return { ...small, meta: { ...small.meta, left_out: [note, ...leftOut] } };
}

const nodesLeftOut = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what} of ${listed(names, 10)}`];

const mostHosts = 10;

const summedUp = (fleet: Fleet, names: readonly string[]) =>
  nodeStatuses.flatMap((status) => {
    const hosts = names.filter((name) => statusOf(fleet, name) === status);
    return hosts.length === 0 ? [] : [{ status, count: hosts.length, hosts: hosts.slice(0, mostHosts) }];
  });

function alertRow(
  { severity, subsystem, node, message, id, evidence, advice, consequences }: FleetAlert,
  most: number,
) {
  return {
    severity,
    subsystem,
    node,
    message,
    id,
    evidence: Object.fromEntries(Object.entries(evidence).slice(0, most)),
    advice,
    consequences: consequences.slice(0, most),
  };
}

interface NodeRow {
  readonly host: string;
  readonly role: string | null;
  readonly status: NodeStatus;
  readonly collection_ms: number;
  readonly report: object | null;
  readonly error: string | null;
}

function nodeRow(fleet: Fleet, name: string, detail: Detail): readonly NodeRow[] {
  if (detail === 'counted') return [];
  const { role = null, error = null } = fleet.facts[name] ?? {};
  const { collection_ms = 0, report } = fleet.nodes[name] ?? {};
  const about = { host: name, role, status: statusOf(fleet, name), collection_ms };
  if (report === undefined || detail === 'row') return [{ ...about, report: null, error }];
  return [{ ...about, report: detail === 'report' ? report : wrongOnly(fleet, name, report), error }];
}

/** The report of a node without the sections that no alert is about. */
function wrongOnly(fleet: Fleet, name: string, report: object): object {
  const wrong = wrongSections(fleet, name);
  const isLeftOut = (key: string): boolean => Object.hasOwn(fleet.sections, key) && !wrong.has(key);
  const entries = Object.entries(report);
  return {
    ...Object.fromEntries(entries.filter(([key]) => !isLeftOut(key) && key !== 'absent')),
    left_out: entries.flatMap(([key]) => (isLeftOut(key) ? [key] : [])),
  };
}

/** The names of the sections that alerts about the node, or findings that follow from alerts, are about. */
function wrongSections(fleet: Fleet, name: string): ReadonlySet<string> {
  const own = fleet.observations.filter(({ level, subject }) => level !== 'green' && subject.split('/', 1)[0] === name);
  const shared = fleet.alerts.filter(({ node, evidence }) => node === null && Object.hasOwn(evidence, name));
  const words = [
    ...own.flatMap(({ check, subject }) => [subsystemOf(check), subject.split(/[/.]/)[1] ?? '']),
    ...shared.map(({ subsystem }) => subsystem),
  ];
  // Some subsystems are the singular of their section: alerts of the subsystem `service` are about the section `services`.
  return new Set(words.flatMap((word) => [word, `${word}s`]));
}
