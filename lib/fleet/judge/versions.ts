import { firstLine, listed } from '../../core/text.ts';
import { cluster, defineJudgement } from '../define.ts';
import { namesOf } from '../links.ts';

export const versions = defineJudgement({
  name: 'versions',
  summary: 'nodes run different versions of a program',
  subsystem: 'system',
  severities: ['warning'],
  advice: 'Finish the upgrade, or take it back: one version everywhere.',
  needs: ['nodes', 'rqlite', 'ipfs', 'gateway', 'anyone'],
  assess: ({ nodes, rqlite, ipfs, gateway, anyone }) =>
    Object.entries({
      'ops-monitor': versionsIn(nodes, ({ version }) => version),
      rqlite: versionsIn(rqlite, ({ version }) => version),
      kubo: versionsIn(ipfs, ({ kubo_version: version }) => version),
      'ipfs-cluster': versionsIn(ipfs, ({ cluster_version: version }) => version),
      gateway: versionsIn(gateway, ({ version }) => version),
      anyone: versionsIn(anyone, ({ version }) => version),
    }).flatMap(([program, found]) => {
      if (found.length < 2) return [];
      const byVersion = Map.groupBy(found, ([, version]) => version);
      const shown = [...byVersion].map(([version, those]) => `${version} on ${namesOf(those.map(([node]) => node))}`);
      return {
        subject: `${cluster}/${program}`,
        level: byVersion.size === 1 ? 'green' : 'amber',
        value: byVersion.size,
        unit: '',
        limit: { value: 1, key: '' },
        message:
          byVersion.size === 1
            ? `${program} is ${shown.join()}`
            : `${program} has ${byVersion.size} versions: ${listed(shown)}`,
        evidence: Object.fromEntries(found),
        clears_when: 'all nodes run one version',
      };
    }),
});

const versionsIn = <Reading>(
  readings: Readonly<Record<string, Reading>>,
  versionOf: (reading: Reading) => string | undefined,
): [node: string, version: string][] =>
  Object.entries(readings).flatMap(([node, reading]) => {
    const version = versionOf(reading);
    return version === undefined ? [] : [[node, firstLine(version, 60)]];
  });
