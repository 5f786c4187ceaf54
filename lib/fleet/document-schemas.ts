// The schemas of what the views print with --json: for the JSON Schema in ops/docs, and for tests. No command loads them.
import * as z from 'zod';
import { levels } from '../core/level.ts';
import { severities } from '../core/severity.ts';
import { linkStates } from './peers.ts';
import { nodeStatuses, quorumWords } from './summary.ts';

const count = z.int().min(0);
const host = z.string().describe('name of the node in the configuration');
const role = z.string().nullable();
const status = z
  .enum(nodeStatuses)
  .describe('degraded: with a critical alert or a warning; unreachable: without a report');
const reading = z
  .enum(['ok', 'absent', 'unknown'])
  .describe('absent: the node does not have it; unknown: it could not be read');
const error = z.string().nullable().describe('why there is no report');
const flag = z.boolean().nullable();
const amount = z.number().nullable();

const alertCounts = z.strictObject({ critical: count, warning: count, info: count });

const alert = z.strictObject({
  id: z.string().describe('stable: `CHECK:SUBJECT`'),
  subject: z.string().describe('`NODE`, `NODE/PART`, or `cluster`'),
  level: z.enum(levels),
  message: z.string(),
  value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  unit: z.string(),
  limit: z.strictObject({
    value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
    key: z.string().describe('where it stands in the configuration; empty where no limit decides'),
  }),
  severity: z.enum(severities),
  subsystem: z.string(),
  node: z.string().nullable().describe('null where the alert is about no single node'),
  evidence: z.record(z.string(), z.string()).describe('node → what it says to this'),
  advice: z.string().describe('what to do'),
  consequences: z.array(z.string()).describe('ids of what follows from it, and raises no alerts of its own'),
});

const summary = z.strictObject({
  rqlite_leader: z.string().nullable().describe('name of the node; several, with commas, where several say so'),
  rqlite_voters: z.string().nullable().describe('voters that answer, of all: `3/3`'),
  rqlite_raft_term: amount.describe('the highest'),
  rqlite_quorum: z.enum(quorumWords).nullable().describe('null where no node has rqlite'),
  wg_mesh_status: z.string().nullable().describe('`all connected`, or what is not; null where no node has WireGuard'),
  service_health: z.string().nullable().describe('`all nominal`, or what is not; null where no node lists services'),
  critical_alerts: count,
  warning_alerts: count,
  info_alerts: count,
});

const documentWith = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject({
    schema_version: z.literal(1),
    environment: z.string(),
    collected_at: z.iso.datetime(),
    duration_seconds: z.number(),
    ...shape,
  });

export const documentSchemas = {
  cluster: documentWith({
    summary,
    nodes: z.array(
      z.strictObject({
        host,
        role,
        status,
        error,
        asked_at: z.iso.datetime(),
        collection_ms: z.number(),
        version: z.string().nullable(),
        clock_offset_seconds: amount,
        alerts: alertCounts,
        rqlite: z.strictObject({ status: reading, responsive: flag, raft_state: z.string().nullable(), term: amount }),
        wireguard: z.strictObject({
          status: reading,
          interface_up: flag,
          peer_count: amount,
          expected_peers: amount.describe('one for each other node that should be in the mesh'),
        }),
        monitor_level: z
          .enum(levels)
          .nullable()
          .describe('the level that an ops-monitor on the node itself sees; null where none runs there'),
        load_avg_1: amount,
        mem_use_pct: amount,
        disk_use_pct: amount,
      }),
    ),
  }),
  node: documentWith({
    nodes: z.array(
      z.strictObject({
        host,
        role,
        status,
        error,
        collection_ms: z.number(),
        version: z.string().nullable(),
        clock_offset_seconds: amount.describe('its clock less that of this machine'),
        clock_uncertainty_seconds: amount,
        alerts: z.array(alert),
        sections: z
          .record(
            z.string(),
            z.strictObject({
              status: reading,
              reason: z.string().nullable(),
              data: z
                .record(z.string(), z.unknown())
                .nullable()
                .describe('as in the report of the node, without nulls'),
            }),
          )
          .describe('by the names of the sections of the report of a node'),
      }),
    ),
  }),
  service: documentWith({
    services: z.array(
      z.strictObject({
        service: z.string(),
        nodes: z.record(z.string(), z.strictObject({ status: reading, state: z.string().nullable(), good: flag })),
      }),
    ),
  }),
  mesh: documentWith({
    nodes: z.array(
      z.strictObject({
        host,
        status: reading,
        interface: z.string().nullable(),
        interface_up: flag,
        wg_ip: z.string().nullable(),
      }),
    ),
    links: z.array(
      z.strictObject({
        from: host,
        to: z.string().describe('a node, or the address of a peer that is no known node'),
        state: z
          .enum(linkStates)
          .describe(
            'connected: a handshake within the limit of the alert wireguard-handshake; stale: an older one; never; missing: no such peer; unknown',
          ),
        handshake_age_seconds: amount,
      }),
    ),
  }),
  dns: documentWith({
    nodes: z.array(
      z.strictObject({
        host,
        role,
        status: reading,
        reason: z.string().nullable(),
        coredns_active: flag,
        caddy_active: flag,
        port_53_bound: flag,
        port_80_bound: flag,
        port_443_bound: flag,
        soa_resolves: flag,
        ns_resolves: flag,
        base_a_resolves: flag,
        wildcard_resolves: flag,
        tls_days_left: amount.describe('of the certificate that expires first'),
        tls_problems: z.array(z.string()),
      }),
    ),
  }),
  namespaces: documentWith({
    namespaces: z.array(
      z.strictObject({
        namespace: z.string(),
        nodes: z.record(
          z.string(),
          z.strictObject({
            status: reading,
            rqlite_up: flag,
            rqlite_state: z.string().nullable(),
            rqlite_ready: flag,
            olric_up: flag,
            gateway_up: flag,
            gateway_status: amount,
          }),
        ),
      }),
    ),
  }),
  alerts: documentWith({ alerts: z.array(alert).describe('the worst first') }),
  report: z.strictObject({
    schema_version: z.literal(1),
    meta: z.strictObject({
      environment: z.string(),
      collected_at: z.iso.datetime(),
      duration_seconds: z.number(),
      node_count: count,
      healthy_count: count,
      failed_count: count.describe('nodes without a report'),
      budget_tokens: count.optional().describe('as asked for'),
      left_out: z.array(z.string()).optional().describe('with a budget: what is not shown'),
    }),
    summary,
    alerts: z
      .array(
        alert.pick({
          severity: true,
          subsystem: true,
          node: true,
          message: true,
          id: true,
          evidence: true,
          advice: true,
          consequences: true,
        }),
      )
      .describe('the worst first'),
    nodes: z
      .array(
        z.strictObject({
          host,
          role,
          status,
          collection_ms: z.number(),
          report: z
            .record(z.string(), z.unknown())
            .nullable()
            .describe('as the node wrote it; with a budget perhaps only the sections that alerts are about, or null'),
          error,
        }),
      )
      .describe('the worst first'),
    nodes_summed_up: z
      .array(z.strictObject({ status, count, hosts: z.array(z.string()).describe('the first ten') }))
      .optional()
      .describe('with a budget: nodes that are not among `nodes`'),
  }),
} as const;

export const documentsJsonSchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'What ops-monitor monitor VIEW --json prints',
  $defs: Object.fromEntries(
    Object.entries(documentSchemas).map(([view, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema);
      return [view, rest];
    }),
  ),
});
