// Configuration of the fleet: its environments and their nodes, and where the alerts about them begin.
import * as z from 'zod';
import { limitsOfChecks } from '../contract/limits.ts';
import { isNodeName } from '../core/node-name.ts';
import { absolutePath, duration, ownName } from '../contract/quantities.ts';
import { nearest } from '../core/text.ts';
import { nodeSections } from '../node/sections/index.ts';
import { cluster, unreadName } from './define.ts';
import { judgements } from './judge/index.ts';

const target = z
  .string()
  .max(300)
  .regex(/^([\w.-]+@)?(\w[\w.:-]*|\[[\da-f:]+\])$/i, {
    error: (issue) => `expected a destination for ssh, such as "user@host"; got ${JSON.stringify(issue.input)}`,
  })
  .refine((text) => !/^[^:]+:\d+$/.test(text), {
    error: (issue) => `ssh takes no port here: give the node a Port in ssh_config; got ${JSON.stringify(issue.input)}`,
  });

const nodeName = ownName.refine(isNodeName, {
  error: (issue) => `${JSON.stringify(issue.input)} has a meaning of its own: choose another name`,
});

/** The name of an environment has no dot, because the snapshot names a node `ENVIRONMENT.NODE`. */
const environmentName = z
  .string()
  .regex(/^[A-Za-z0-9_][\w-]{0,63}$/, {
    error: (issue) => `expected a name of letters, digits, _ and -, at most 64; got ${JSON.stringify(issue.input)}`,
  });

type SectionName = keyof typeof nodeSections;

const nodeSchema = z.strictObject({
  ssh: target
    .optional()
    .describe('destination for ssh: `user@name`, or a Host entry of ssh_config; default: the name of the node'),
  role: ownName.optional().describe('what it is for: a node whose role begins with `nameserver` must answer DNS'),
  sections: z
    .array(z.enum(Object.keys(nodeSections) as [SectionName, ...SectionName[]]))
    .prefault([])
    .describe('parts of its report that it must have, such as `rqlite` and `wireguard`: without one there is an alert'),
});

/** fleet-snapshot may spend this long on all watched nodes together. Its systemd unit kills it a little later. */
const mostSeconds = 220;

export const fleetConfig = {
  fleet: z
    .strictObject({
      environments: z
        .record(
          environmentName,
          z.strictObject({
            nodes: z
              .record(nodeName, nodeSchema)
              .refine((nodes) => Object.keys(nodes).length > 0, 'expected at least one node')
              .describe('its nodes, by names of your own'),
            expected: z
              .array(z.string())
              .max(1000)
              .prefault([])
              .describe(
                'alerts that are no fault here, each by its name or id: `ufw`, `swap:node1`, `service-state:node1/a.service`; they are told as notes',
              ),
          }),
        )
        .prefault({})
        .describe('groups of nodes that belong together, by names of your own, such as `devnet`'),
      watch: z
        .array(environmentName)
        .prefault([])
        .describe(
          'environments that `fleet-snapshot` looks at, by its timer: then the snapshot, alerts, pages and the archive tell of them, too',
        ),
      'ssh-config': absolutePath
        .optional()
        .describe('an ssh_config file instead of the user’s own: keys, jump hosts, ports, known hosts'),
      deadline: duration('30s', 600).prefault('30s').describe('how long one node may take, connecting included'),
      'at-once': z.int().min(1).max(500).prefault(50).describe('how many nodes are asked at the same time'),
      pipe: z
        .boolean()
        .default(false)
        .describe(
          'a node without ops-monitor is sent the report’s program through the same connection (860 kB each time), and runs it as the user of the login, without sudo; it needs Node 20 or later',
        ),
      limits: z.strictObject(limitsOfChecks(judgements)).prefault({}).describe('where the alerts about nodes begin'),
    })
    .superRefine(({ environments, watch, deadline, 'at-once': atOnce }, context) => {
      const rounds = watch.map((name) => Math.ceil(Object.keys(environments[name]?.nodes ?? {}).length / atOnce));
      const seconds = rounds.reduce((all, one) => all + one, 0) * deadline;
      if (seconds > mostSeconds)
        context.addIssue({
          code: 'custom',
          path: ['deadline'],
          message: `fleet-snapshot has ${mostSeconds} s for all watched nodes, and they could take ${seconds} s: a shorter deadline, or more nodes at-once`,
        });
      for (const [environment, { nodes, expected }] of Object.entries(environments))
        for (const [index, alert] of expected.entries()) {
          const message = expectedProblem(alert, Object.keys(nodes));
          if (message !== undefined)
            context.addIssue({ code: 'custom', path: ['environments', environment, 'expected', index], message });
        }
      for (const [index, name] of watch.entries())
        if (!Object.hasOwn(environments, name))
          context.addIssue({
            code: 'custom',
            path: ['watch', index],
            message: `there is no environment ${JSON.stringify(name)} under \`environments\``,
          });
    })
    .prefault({})
    .describe('the nodes that `monitor` looks at (ops/docs/fleet.md)'),
};

const alertNames: readonly string[] = [...judgements.map(({ name }) => name), unreadName];

/** An error message if no alert of an environment with these nodes can have this name or id. */
function expectedProblem(alert: string, nodes: readonly string[]): string | undefined {
  const [name = ''] = alert.split(':', 1);
  if (!alertNames.includes(name)) return thereIsNo('alert', name, alertNames, 'ops/docs/fleet-alerts.md lists them');
  if (alert === name) return undefined;
  const [node = ''] = alert.slice(name.length + 1).split('/', 1);
  return node === cluster || nodes.includes(node)
    ? undefined
    : thereIsNo('node', node, nodes, 'expected an alert, or ALERT:NODE');
}

function thereIsNo(what: string, name: string, known: readonly string[], note: string): string {
  const meant = nearest(name, known);
  return `there is no ${what} ${JSON.stringify(name)}${meant === undefined ? '' : `; did you mean ${meant}?`} (${note})`;
}

/** What decides about the nodes of an environment: `fleet` of the configuration. */
export type FleetSettings = Pick<FleetConfig['fleet'], 'environments' | 'limits'>;

export interface FleetConfig {
  readonly fleet: Omit<z.output<typeof fleetConfig.fleet>, 'limits'> & {
    readonly limits: Readonly<Record<string, unknown>>;
  };
}
