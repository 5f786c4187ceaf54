// Says of each reading of the probes whether the thing is as the configuration says. How healthy the thing is (full, late,
// failed) is judged by the checks, not here.
import { documentPath } from '../../io/product.ts';
import type { KeyPath } from '../../config/origin.ts';
import type { sections } from '../../config/registry.ts';
import type { Configuration } from '../../config/schema.ts';
import type { ContentOf } from '../../contract/shape.ts';
import { shellWord } from '../../core/harmless.ts';
import { formatDuration } from '../../core/quantity.ts';
import { counted, nearest } from '../../core/text.ts';
import { makeNet } from '../../io/net.ts';
import { isNetwork } from '../../parse/mountinfo.ts';
import { type Finding, ok, problem } from './finding.ts';

type Definitions = typeof sections;

/** The configuration names nothing of the sections about the machine as a whole; plugins are programs that are not run here. */
export type TriedSection = Exclude<keyof Definitions, 'host' | 'clock' | 'systemd' | 'plugins'>;

type Reading<Section extends TriedSection> = ContentOf<Definitions[Section]['schema']>;

interface Verdicts<Section extends TriedSection> {
  /** The keys that a failed reading says nothing good about. `item` is empty for a section without items. */
  readonly paths: (item: string, config: Configuration) => readonly KeyPath[];
  /** Advice for a failed reading; undefined where a failure says nothing about the configuration. */
  readonly advise: ((item: string, config: Configuration) => string | undefined) | undefined;
  /** `unitNames` are the units of this machine, where systemd does not know one that is configured. */
  readonly judge: (
    data: Reading<Section>,
    item: string,
    config: Configuration,
    unitNames: readonly string[],
  ) => readonly Finding[];
}

export const verdicts: { readonly [Section in TriedSection]: Verdicts<Section> } = {
  hosts: {
    paths: (item) => [['hosts', item]],
    advise: () => 'Correct it',
    judge: ({ address, reached, error = '' }, item, { hosts }) => {
      const path = ['hosts', item];
      if (reached) return [ok(path, `${address} is reached, and runs a command`)];
      const host = hosts[item];
      const file = host && 'ssh' in host ? host['ssh-config'] : undefined;
      const by = file === undefined ? '' : `-F ${shellWord(file)} `;
      return [problem(path, error, `Try: ssh -o BatchMode=yes ${by}${shellWord(address)} true`)];
    },
  },

  filesystems: {
    paths: (item) => [['filesystems', item]],
    advise: () => 'Mount it, or correct the path',
    judge: ({ path, mount_point, type }, item, { filesystems = {} }) => {
      const { network, mount } = filesystems[item] ?? {};
      const key = ['filesystems', item];
      const isRemote = isNetwork({ type });
      if (network === true && !isRemote)
        return [
          problem(
            [...key, 'network'],
            `${path} lies on ${mount_point}, which is no network filesystem (${type})`,
            'Mount it, or leave out `network: true`',
          ),
        ];
      const how = `${type}${isRemote ? ', over the network' : ''}`;
      if (mount === true) return [ok(key, `${path} is a mount point (${how})`)];
      return [ok(key, `${path} lies on ${mount_point} (${how})`)];
    },
  },

  workspace: {
    paths: () => [['workspace']],
    advise: () => 'Mount it, or correct the path',
    judge: ({ path, reached, mount_point, problem: why = '', usage_problem }, _item, { workspace }) => [
      reached
        ? ok(['workspace', 'path'], `${path} is reached, mounted at ${mount_point}`)
        : problem(['workspace', 'path'], why, 'Mount it, or correct the path'),
      ...(workspace?.usage === undefined
        ? []
        : [
            usage_problem === undefined
              ? ok(['workspace', 'usage'], 'the usage is read')
              : problem(['workspace', 'usage'], usage_problem, `See ${documentPath('workspace-usage.md')}`),
          ]),
    ],
  },

  streams: {
    paths: (item) => [['streams', item, 'source', 'root']],
    advise: () => 'Make a folder there that can be read, or correct `root`',
    judge: ({ root, newest_at, newest_file, age_seconds = 0, empty_files, future_files }, item, { streams }) => {
      const source = streams[item]?.source;
      const path = ['streams', item, 'source'];
      const seen = newest_file ?? `the newest data of ${root}`;
      if (newest_at !== undefined)
        return [ok([...path, 'files'], `${root}: ${seen} is ${formatDuration(age_seconds)} old`)];
      const left = [
        ...(empty_files > 0 ? [`${counted(empty_files, 'file')} without content`] : []),
        ...(future_files > 0 ? [`${counted(future_files, 'file')} from the future`] : []),
      ];
      const but = left.length === 0 ? '' : ` but ${left.join(' and ')}`;
      return [
        source?.time === 'zarr'
          ? problem(
              [...path, 'root'],
              `the time axis of the store ${root} has no time`,
              'Correct `root`, or write data',
            )
          : problem(
              [...path, 'files'],
              `no file of ${root} matches ${source?.files}${but}`,
              'Correct `files` or `root`',
            ),
      ];
    },
  },

  mirrors: {
    paths: (item) => [mirrorPath(item)],
    advise: () => 'Make a folder there that can be read, or correct `root`',
    judge: ({ root, source_files, missing_files }, item) => {
      const files = counted(source_files, 'file');
      const has = source_files === 0 ? '' : `; it has ${source_files - missing_files} of ${files} of the source`;
      return [ok(mirrorPath(item), `${root} is listed${has}`)];
    },
  },

  power: {
    paths: () => [['power', 'store']],
    advise: () => `Correct \`store\` (${documentPath('power-store.md')})`,
    judge: ({ store, ...read }, _item, { power }) => [
      ok(['power', 'store'], `${store} is opened`),
      ...(['voltage', 'charge', 'temperature'] as const).map((quantity) => {
        const why = read[`${quantity}_problem`];
        // With a time of its newest sample the variable is there, however old or strange the sample is.
        return why === undefined || read[`${quantity}_sampled_at`] !== undefined
          ? ok(['power', quantity], `${power?.[quantity]} has samples`)
          : problem(['power', quantity], why, `Name another variable as power.${quantity}`);
      }),
    ],
  },

  gpus: {
    paths: (item) => [['gpus', item]],
    advise: (item, { gpus }) =>
      `Try \`nvidia-smi\` on ${gpus[item]?.host ?? 'this machine'}, or remove it (${documentPath('gpus.md')})`,
    judge: ({ listed, expected = listed, driver_version: driver = 'unknown' }, item) => [
      listed === expected
        ? ok(['gpus', item], `nvidia-smi lists ${counted(listed, 'GPU')}, driver ${driver}`)
        : problem(['gpus', item, 'count'], `nvidia-smi lists ${counted(listed, 'GPU')}, not ${expected}`, 'Correct it'),
    ],
  },

  gates: {
    paths: (item) => [['gates', item]],
    advise: (item, { gates }) =>
      `Correct ${gates[item]?.file ?? 'the file'}, or its path (${documentPath('gate-summary.md')})`,
    judge: ({ file, verdict, age_seconds, counts_problem }, item, { gates }) => {
      const path = ['gates', item];
      const map = gates[item]?.map;
      if (map && verdict === 'unknown')
        return [
          problem(
            [...path, 'map'],
            `the verdict in ${file} stands neither under \`pass\` nor under \`fail\``,
            'Add it to one of them',
          ),
        ];
      if (counts_problem !== undefined)
        return [problem(path, counts_problem, `See ${documentPath('gate-summary.md')}`)];
      return [ok(path, `${file}: ${verdict}, decided ${formatDuration(age_seconds)} ago`)];
    },
  },

  metrics: {
    paths: (item) => [['metrics', item]],
    advise: (item, { metrics }) =>
      lacksSecret(metrics[item]?.url)
        ? undefined
        : `Correct \`file\` or \`url\`, or start the program that writes it (${documentPath('metrics.md')})`,
    judge: ({ place, family, values, ages, absent, problem: left }, item, { metrics }) => {
      const path = ['metrics', item];
      const count = Object.keys({ ...values, ...ages }).length;
      if (count === 0 && left === undefined && absent === 'green')
        return [ok(path, `${place} has no value of ${family}, as it should be`)];
      if (count > 0 && left === undefined) return [ok(path, `${place} has ${counted(count, 'value')} of ${family}`)];
      if (count > 0) return [problem(path, `${place}, ${family}: ${left}`, `See ${documentPath('metrics.md')}`)];
      const labels = Object.keys(metrics[item]?.labels ?? {}).length > 0 ? ' with these labels' : '';
      const why = `${place} has no value of ${family}${labels}${left === undefined ? '' : `; ${left}`}`;
      return [problem(path, why, 'Correct `family`, `labels`, `file` or `url`')];
    },
  },

  services: {
    paths: (_item, config) => [...unitPaths(config).values()],
    // Where systemd does not answer, nothing is known about its units.
    advise: undefined,
    judge: (units, _item, config, unitNames) =>
      [...unitPaths(config)].map(([unit, path]) => {
        const { load_state = 'left out by systemctl', active_state, sub_state } = units[unit] ?? {};
        if (load_state === 'loaded') return ok(path, `${unit} is known, ${active_state} (${sub_state})`);
        if (load_state === 'not-found') return problem(path, `systemd knows no ${unit}`, adviseOnUnit(unit, unitNames));
        return problem(path, `systemd says of ${unit}: ${load_state}`, `Try: systemctl status ${shellWord(unit)}`);
      }),
  },

  watchdog: {
    paths: (item) => [['watchdog', 'services', item]],
    advise: () => `Start watch-services (${documentPath('watchdog.md')})`,
    judge: ({ state, reason, measured_at }, item) => {
      const path = ['watchdog', 'services', item];
      if (state === 'running') return [ok(path, `${item} runs, measured at ${measured_at}`)];
      const advice =
        state === 'stopped'
          ? 'Start it, or correct the key by which it is found'
          : `See ${documentPath('watchdog.md')}`;
      return [problem(path, `${item} is ${state}: ${reason ?? ''}`, advice)];
    },
  },

  // What fleet-snapshot last found: each node by itself is tried by ssh (fleet.ts).
  fleet: {
    paths: () => [['fleet', 'watch']],
    advise: () => `Start fleet-snapshot (${documentPath('fleet.md')})`,
    // A node is named after its environment and a dot.
    judge: (_data, item) => (item.includes('.') ? [] : [ok(['fleet', 'watch'], `${item} is asked by fleet-snapshot`)]),
  },

  endpoints: {
    paths: (item, config) => [endpointPath(item, config)],
    // The request failed on this machine, or a secret of its query is not set here.
    advise: undefined,
    judge: ({ url, status, error, certificate_problem: refused, response_ms }, item, config) => {
      const path = endpointPath(item, config);
      const todo = `Try: curl -sv -o /dev/null ${shellWord(url)}`;
      if (status === undefined) return [problem(path, `${url}: ${error ?? 'no answer'}`, todo)];
      if (refused !== undefined) return [problem(path, `${url}: its certificate is refused: ${refused}`, todo)];
      if (status >= 400) return [problem(path, `${url} answers ${status}`, todo)];
      return [ok(path, `${url} answers ${status} in ${Math.round(response_ms)} ms`)];
    },
  },

  checkouts: {
    paths: (item) => [['git', item]],
    advise: (item, { git }) => `Correct the path, or try: git -C ${shellWord(git[item] ?? '')} status`,
    judge: ({ path, branch, commit }, item) => [
      ok(['git', item], `${path} is a checkout, of ${branch || 'no branch'} at ${commit.slice(0, 12)}`),
    ],
  },
};

/** Names of mirrors are STREAM.MIRROR, and neither contains a dot. */
function mirrorPath(item: string): KeyPath {
  const dot = item.indexOf('.');
  return ['streams', item.slice(0, dot), 'mirrors', item.slice(dot + 1), 'root'];
}

const endpointPath = (item: string, { endpoints }: Configuration): KeyPath =>
  Object.hasOwn(endpoints, item) ? ['endpoints', item] : ['dashboard'];

/** Such a URL was not requested: the unit may have the secret that this shell lacks. */
function lacksSecret(url = ''): boolean {
  const net = makeNet();
  return (url.match(/\$[A-Z_][A-Z0-9_]*/g) ?? []).some((name) => 'missing' in net.secret(name));
}

/** Only the names before the type are compared: `.service` would make all services alike. */
function adviseOnUnit(unit: string, unitNames: readonly string[]): string {
  const type = unit.slice(unit.lastIndexOf('.'));
  const stems = unitNames.filter((name) => name.endsWith(type)).map((name) => name.slice(0, -type.length));
  const meant = nearest(unit.slice(0, -type.length), stems);
  return meant === undefined ? 'Try: systemctl list-unit-files' : `Did you mean ${meant}${type}?`;
}

/** Each unit, with the first key that names it. */
function unitPaths({ services, streams }: Configuration): Map<string, KeyPath> {
  const all: [string, KeyPath][] = [
    ...services.map((unit, index): [string, KeyPath] => [unit, ['services', index]]),
    ...Object.entries(streams).flatMap(([stream, { units }]) =>
      Object.entries(units).map(([role, unit]): [string, KeyPath] => [unit, ['streams', stream, 'units', role]]),
    ),
  ];
  const first = new Map<string, KeyPath>();
  for (const [unit, path] of all) if (!first.has(unit)) first.set(unit, path);
  return first;
}
