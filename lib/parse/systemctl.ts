// Parses `systemctl show` and `list-units`, as systemd 247 to 257 print them with TZ=UTC and --timestamp=unix.

import { parseInstant } from '../core/time.ts';

export type UnitProperties = Readonly<Record<string, string>>;

/** The property that systemd prints last in each block, of those that we ask for. */
const lastProperty = 'ConditionTimestamp';

/** One block of KEY=VALUE lines for each unit, in the order asked for. For an alias, Id is another unit's name, so only
 * the order tells which unit a block belongs to. Output that was cut off throws. */
export function parseShow(text: string, units: readonly string[]): Map<string, UnitProperties> {
  const blocks = text.split(/\n\n+/).filter((block) => block.trim() !== '');
  if (blocks.length !== units.length) {
    throw new Error(`systemctl show answered for ${blocks.length} units where ${units.length} were asked for`);
  }
  const found = new Map(units.map((unit, index) => [unit, parseBlock(blocks[index] ?? '')]));
  const [last = '', properties = {}] = [...found].at(-1) ?? [];
  if (!text.endsWith('\n') || !Object.hasOwn(properties, lastProperty))
    throw new Error(`systemctl show was cut off: it ends with ${JSON.stringify(text.slice(-80))}, in ${last}`);
  return found;
}

function parseBlock(block: string): UnitProperties {
  const lines = block.split('\n').filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=');
      if (equals <= 0)
        throw new Error(`systemctl show printed a line that is not KEY=VALUE: ${JSON.stringify(line.slice(0, 80))}`);
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/** A count of `systemctl show`; undefined where it has none: `[not set]`, `infinity`, or the largest number of 64 bits. */
export const parseCount = (text = ''): number | undefined =>
  /^\d+$/.test(text) && text !== '18446744073709551615' ? Number(text) : undefined;

export interface UnitState {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
}

/** The units that `list-units --plain` lists. Its last lines count them: without that count, or with another one, the
 * output was cut off or is mixed with errors. */
export function parseUnits(text: string): UnitState[] {
  const units = text.split('\n').flatMap((line) => {
    const [, name, load, active, sub] =
      /^\s*(\S+\.[a-z]+) +(stub|loaded|not-found|bad-setting|error|merged|masked) +(\S+)(?: +(\S+))?/.exec(line) ?? [];
    return name === undefined || load === undefined || active === undefined
      ? []
      : [{ name, load, active, sub: sub ?? '' }];
  });
  const total = /^(\d+) loaded units? listed\./m.exec(text)?.[1];
  if (total !== undefined && Number(total) === units.length) return units;
  const seen = total === undefined ? 'no count of the units' : `a count of ${total}`;
  throw new Error(
    `systemctl list-units was cut off: ${units.length} units and ${seen}; it ends with ${JSON.stringify(text.slice(-80))}`,
  );
}

export const parseUnitNames = (text: string): string[] => parseUnits(text).map(({ name }) => name);

/** Name and state of the units that `list-unit-files --plain` lists. Its last line counts them. */
export function parseUnitFiles(text: string): { readonly name: string; readonly state: string }[] {
  const units = text.split('\n').flatMap((line) => {
    const [, name, state] = /^(\S+\.[a-z]+) +([a-z-]+)(?: +\S+)?\s*$/.exec(line) ?? [];
    return name === undefined || state === undefined ? [] : [{ name, state }];
  });
  const total = /^(\d+) unit files listed\./m.exec(text)?.[1];
  if (Number(total) === units.length) return units;
  throw new Error(
    `systemctl list-unit-files was cut off: ${units.length} units, and a count of ${total ?? 'nothing'}; it ends with ${JSON.stringify(text.slice(-80))}`,
  );
}

/** `@1795160656` (the format that is requested), or `Fri 2026-11-20 07:45:00 UTC` (the times of timers all the same) → epoch
 * milliseconds; undefined for an empty text, `n/a` and `0`. */
export function parseTimestamp(text: string): number | undefined {
  if (text === '' || text === 'n/a' || text === '0') return undefined;
  // At most 11 digits of seconds: later times are no dates.
  const unix = /^@(\d{1,11})(?:\.(\d+))?$/.exec(text);
  if (unix) return Math.round(Number(`${unix[1]}.${unix[2] ?? '0'}`) * 1000);
  const pretty = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text);
  const instant = pretty && parseInstant(`${pretty[1]}T${pretty[2]}Z`);
  if (!instant) throw new Error(`systemctl printed an unreadable time: ${JSON.stringify(text)}`);
  return instant.getTime();
}

const spanSeconds: Record<string, number> = {
  y: 31_557_600,
  month: 2_629_800,
  w: 604_800,
  d: 86_400,
  h: 3600,
  min: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
};

/** `1h 16min 133.463ms` → seconds; `infinity` and `0` mean that no time is set, and give undefined. */
export function parseTimespan(text: string): number | undefined {
  if (text === '' || text === '0' || text === 'infinity') return undefined;
  let seconds = 0;
  for (const part of text.split(' ')) {
    const match = /^(\d+(?:\.\d+)?)(y|month|w|d|h|min|s|ms|us)$/.exec(part);
    if (!match) throw new Error(`systemctl printed an unreadable time span: ${JSON.stringify(text)}`);
    seconds += Number(match[1]) * (spanSeconds[match[2] ?? ''] ?? Number.NaN);
  }
  return seconds;
}
