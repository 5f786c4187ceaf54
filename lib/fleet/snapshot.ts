// fleet-snapshot: asks the nodes of the watched environments for their reports, judges them, and leaves both for the other stages.
import { Usage } from '../contract/errors.ts';
import { defineStage } from '../contract/stage.ts';
import { ownOf } from '../core/fields.ts';
import { countsOf } from '../core/severity.ts';
import { assessFleet, type Fleet } from './assess.ts';
import type { FleetConfig } from './config.ts';
import { alertRecords, earlierAlerts } from './earlier.ts';
import { figuresOf } from './figures.ts';
import {
  fleetLines,
  type FleetReading,
  type FleetSnapshot,
  fleetTextfile,
  latestFleet,
  layoutVersion,
} from './files.ts';
import { type FleetNode, nodesOf } from './nodes.ts';
import { renderTextfile } from './textfile.ts';

/** Asks these nodes, as the configuration says. */
type Collect<Config> = (nodes: readonly FleetNode[], environment: string, config: Config) => Promise<FleetReading>;

export const fleetSnapshot = <Config extends FleetConfig>(collect: Collect<Config>) =>
  defineStage<Config>({
    name: 'fleet-snapshot',
    summary:
      'asks the nodes of the fleet for their reports, judges them, and leaves both for the snapshot and Prometheus',
    reads: [latestFleet],
    writes: [fleetLines, latestFleet, fleetTextfile],
    runsEvery: 300,
    deadlineMs: 240_000,

    checkUsage({ config: { fleet } }) {
      if (fleet.watch.length === 0)
        throw new Usage('no environment is watched: `fleet.watch` in the configuration (ops/docs/fleet.md)');
    },

    async run(world) {
      const { config } = world;
      const at = world.now();
      const fleets: Fleet[] = [];
      const { content, problems } = await world.previous(latestFleet);
      const before = content && content.schema_version <= layoutVersion ? content.environments : {};
      // Environments are asked one after the other: `at-once`, and the unit's limit of processes, hold for all of them together.
      for (const environment of config.fleet.watch) {
        const reading = await collect(nodesOf(config, environment), environment, config);
        fleets.push(assessFleet(reading, config.fleet, world.now()));
      }
      const snapshot: FleetSnapshot = {
        schema_version: layoutVersion,
        run_id: world.runId,
        at: at.toISOString(),
        environments: Object.fromEntries(
          fleets.map((fleet) => [fleet.environment, recordOf(fleet, ownOf(before, fleet.environment), at)]),
        ),
      };
      await world.append(fleetLines, snapshot, at);
      await world.replace(latestFleet, snapshot);
      await world.replace(fleetTextfile, renderTextfile(snapshot));
      const nodes = fleets.flatMap(({ facts }) => Object.values(facts));
      const alerts = fleets.flatMap((fleet) => fleet.alerts);
      return {
        counts: { nodes: nodes.length, reached: nodes.filter(({ reached }) => reached).length, ...countsOf(alerts) },
        problems: problems.map((problem) => `the file of the last run ${problem}`),
        json: snapshot,
        text: alerts.map(({ severity, message }) => `${severity}: ${message}`).join('\n'),
      };
    },
  });

type FleetRecord = FleetSnapshot['environments'][string];

function recordOf(fleet: Fleet, before: FleetRecord | undefined, at: Date): FleetRecord {
  const { environment, collected_at, duration_seconds, nodes } = fleet;
  return {
    environment,
    collected_at,
    duration_seconds,
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([name, node]) => [name, { ...node, figures: figuresOf(fleet, name) }]),
    ),
    alerts: alertRecords(fleet, before, at),
    earlier: earlierAlerts(fleet, before, at),
  };
}
