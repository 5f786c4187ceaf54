// What happened lately, from counters that only grow. Several users and programs may ask a node for its report, each as often as it
// wants, and all that come as the same user share what is kept here: nobody's report may take from the others what happened since theirs.
import { quantity } from '../contract/fields.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { Host } from '../contract/host.ts';
import { type ContentOf, isObject, listOf, number, object, optional, recordOf, string } from '../contract/shape.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { parseUptime } from '../parse/proc.ts';

/** Twice the interval of fleet-snapshot: whoever asks at least this often misses nothing. */
const latelySeconds = 600;
/** At least this long lies between two counts that are kept, however often somebody asks. */
const stepSeconds = 20;
/** More than the steps that fit into that time. A damaged file may hold any number. */
const mostKept = 60;
/** The uptime of a program and that of the machine are read within seconds of each other. */
const toleranceSeconds = 10;

const countShape = object({
  boot_id: string,
  /** Seconds from the boot to the count. Setting the clock does not change them. */
  uptime: number,
  /** Seconds from the boot to the start of the program that counts; 0 for the kernel. */
  started: number,
  counts: recordOf(number),
});

type Count = Readonly<ContentOf<typeof countShape>>;

/** Fields of a section with counters. The report leaves out `counted`: it is for the next report on the same node. */
export const latelyFields = {
  counted: optional(listOf(countShape)),
  lately_seconds: optional(quantity('s', 'time over which what happened lately is counted')),
};

interface Counting {
  readonly host: Host;
  readonly bootId: string;
  /** Undefined, as a whole or one by one, where the counters could not be read this time. */
  readonly counts: Readonly<Record<string, number | undefined>> | undefined;
  /** How long the program that counts has been running. Undefined where the kernel counts. */
  readonly runsFor?: number | undefined;
}

/** `grown`: by how much each counter grew since the newest report that is at least ten minutes old, or since the oldest that is kept of this
 * boot and this start of the program. Undefined where there is none. */
export async function countLately(
  previous: { readonly counted?: readonly Count[] | undefined } | undefined,
  { host, bootId, counts = {}, runsFor }: Counting,
) {
  const counted = previous?.counted ?? [];
  const known = withoutUndefined(counts) as Readonly<Record<string, number>>;
  // The boot id is hidden in some containers: counts of two boots cannot be told apart there.
  const uptime = bootId === '' ? undefined : await host.readText('/proc/uptime').then(parseUptime, () => undefined);
  if (Object.keys(known).length === 0 || uptime === undefined)
    return { kept: counted.length === 0 ? {} : { counted: [...counted] } };
  const now = { boot_id: bootId, uptime, started: runsFor === undefined ? 0 : uptime - runsFor, counts: known };
  const comparable = counted.filter((one) => isBefore(one, now));
  const oldest = comparable.findLastIndex((one) => uptime - one.uptime >= latelySeconds);
  const needed = comparable.slice(Math.max(0, oldest));
  const isStep = uptime - (needed.at(-1)?.uptime ?? -Infinity) >= stepSeconds;
  const kept = { counted: [...needed, ...(isStep ? [now] : [])].slice(-mostKept) };
  const [before] = needed;
  if (!before) return { kept };
  const grown = Object.entries(known).map(([name, value]) => [name, value - (before.counts[name] ?? 0)] as const);
  return { grown: Object.fromEntries(grown), kept: { ...kept, lately_seconds: Math.round(uptime - before.uptime) } };
}

/** Section → its field about what happened lately. */
const latelyParts = { system: 'recent_oom_kills', network: 'tcp_retrans_pct', rqlite: 'recent_errors' } as const;

/** The sections with a reason why what happened lately is not known, where the counters were read and no earlier ones are kept. */
export function explainUncounted(
  sections: Readonly<Record<string, Envelope>>,
  reason: string,
): Record<string, Envelope> {
  const parts: readonly (readonly [string, string])[] = Object.entries(latelyParts);
  const explained = parts.flatMap(([section, part]) => {
    const envelope = ownOf(sections, section);
    if (envelope?.status !== 'ok' || !isObject(envelope.data)) return [];
    const { counted, lately_seconds: seconds, problems } = envelope.data;
    if (counted === undefined || seconds !== undefined) return [];
    const all = { ...(isObject(problems) ? problems : {}), [part]: reason };
    return [[section, { ...envelope, data: { ...envelope.data, problems: all } }] as const];
  });
  return { ...sections, ...Object.fromEntries(explained) };
}

/** Of the same boot, start and counters, none of which is above what it is now: counters of 32 bits begin anew at 0. */
const isBefore = (one: Count, now: Count): boolean =>
  one.boot_id === now.boot_id &&
  one.uptime <= now.uptime &&
  Math.abs(one.started - now.started) <= toleranceSeconds &&
  Object.entries(now.counts).every(([name, value]) => (ownOf(one.counts, name) ?? Infinity) <= value);
