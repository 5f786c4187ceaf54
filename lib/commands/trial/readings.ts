// Runs the probes of collect-snapshot for what the configuration names, and translates each outcome.
import { probes, sections } from '../../config/registry.ts';
import type { KeyPath } from '../../config/origin.ts';
import type { Configuration } from '../../config/schema.ts';
import type { Places } from '../../contract/file.ts';
import type { Envelope } from '../../contract/envelope.ts';
import type { Host } from '../../contract/host.ts';
import type { Sections } from '../../contract/registry.ts';
import { readingLimits, type Readings, runProbes } from '../../engine/probes.ts';
import { outcomesOf } from '../../engine/readable.ts';
import { withCauses } from '../../snapshot/causes.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { type Finding, problem, unknown } from './finding.ts';
import { verdicts } from './verdicts.ts';

/** For all readings together; somebody waits for them. */
const budgetMs = 25_000;
const listUnitsMs = 3000;

/** A verdict whose section is only known at run time. */
interface AnyVerdict {
  readonly paths: (item: string, config: Configuration) => readonly KeyPath[];
  readonly advise: ((item: string, config: Configuration) => string | undefined) | undefined;
  readonly judge: (
    data: unknown,
    item: string,
    config: Configuration,
    unitNames: readonly string[],
  ) => readonly Finding[];
}
const known = verdicts as unknown as Readonly<Record<string, AnyVerdict>>;
const definitions: Sections = sections;

/** `previous` are the last good readings: they hold where a filesystem was mounted before. */
export async function tryReadings(
  config: Configuration,
  places: Places,
  previous: Readings,
  openHost: (name: string, signal: AbortSignal) => Host,
): Promise<Finding[]> {
  const { sections: read } = await runProbes<Configuration>({
    // Without configured filesystems, those that are mounted are read: the configuration names none of them.
    probes: probes.filter(({ name }) => Object.hasOwn(known, name) && (name !== 'filesystems' || config.filesystems)),
    config,
    places,
    bootId: '',
    previous,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    openHost,
    ...readingLimits,
    budgetMs,
  });
  const sectionsRead = withCauses(read, config);
  const unitNames = await nearUnits(sectionsRead['services'], openHost);
  const findings = outcomesOf(definitions, sectionsRead).flatMap(({ probe, item, outcome }): readonly Finding[] => {
    const verdict = known[probe];
    if (!verdict) return [];
    if (outcome.status === 'ok') return verdict.judge(outcome.data, item ?? '', config, unitNames);
    const isWhole = item === undefined;
    // A whole section is absent where nothing of it is configured.
    if (isWhole && outcome.status === 'absent') return [];
    const isOfMany = isWhole && definitions[probe]?.many === true;
    const items = isOfMany ? (definitions[probe]?.subjects(config) ?? []).map(({ name }) => name) : [item ?? ''];
    const { reason, isCertain } = explain(outcome, probe, item, sectionsRead);
    return items.flatMap((one) => {
      const todo = isCertain ? verdict.advise?.(one, config) : undefined;
      const paths = verdict.paths(one, config);
      return paths.map((path) => (todo === undefined ? unknown(path, reason) : problem(path, reason, todo)));
    });
  });
  return [...findings, ...copiesWithoutSource(config)];
}

/** Why there is no reading, and whether that certainly concerns the thing itself. */
function explain(
  outcome: Exclude<Envelope, { status: 'ok' }>,
  probe: string,
  item: string | undefined,
  { streams }: Readonly<Record<string, Envelope>>,
): { reason: string; isCertain: boolean } {
  const { reason } = outcome;
  if (outcome.status === 'absent') return { reason, isCertain: false };
  if (outcome.because !== undefined)
    return { reason: `not tried, because ${outcome.because} is not reached`, isCertain: false };
  if (probe === 'mirrors') {
    const stream = item?.slice(0, item.indexOf('.')) ?? '';
    const all = streams?.status === 'ok' ? (streams.data as Readonly<Record<string, Envelope>>) : {};
    const source = Object.hasOwn(all, stream) ? all[stream] : undefined;
    // A copy is listed together with its source, and then fails for the same reason.
    if (source?.status === 'failed' && source.reason === reason)
      return { reason: `not compared, because the source of the stream ${stream} is not listed`, isCertain: false };
  }
  return { reason, isCertain: outcome.kind === 'error' };
}

/** The names of all units of this machine, if systemd does not know one that is configured. */
async function nearUnits(
  services: Envelope | undefined,
  openHost: (name: string, signal: AbortSignal) => Host,
): Promise<string[]> {
  const units = services?.status === 'ok' ? (services.data as Readable['services']) : {};
  if (Object.values(units).every(({ load_state }) => load_state !== 'not-found')) return [];
  const form = ['--plain', '--full', '--no-legend', '--no-pager'];
  const listings = [['list-unit-files'], ['list-units', '--all']].map(async (what) => {
    const host = openHost('local', AbortSignal.timeout(listUnitsMs));
    return (await host.run(['systemctl', ...what, ...form])).stdout;
  });
  const printed = await Promise.allSettled(listings);
  const lines = printed.flatMap((one) => (one.status === 'fulfilled' ? one.value.split('\n') : []));
  return [...new Set(lines.flatMap((line) => /^\s*(\S+\.[a-z]+)\s/.exec(line)?.[1] ?? []))];
}

const copiesWithoutSource = ({ streams }: Configuration): Finding[] =>
  Object.entries(streams).flatMap(([stream, { source, mirrors }]) =>
    source
      ? []
      : Object.keys(mirrors).map((mirror) =>
          problem(
            ['streams', stream, 'mirrors', mirror],
            'this copy is never compared: its stream has no `source`',
            'Add `source` to the stream',
          ),
        ),
  );
