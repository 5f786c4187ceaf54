// The last hour, by minutes: what the sparklines show. Its size does not depend on how often the nodes are asked.
import type { Fleet } from '../assess.ts';
import { isObject } from '../../contract/shape.ts';

export const minutesKept = 60;

export const measures = ['mem_use_pct', 'load_avg_1'] as const;

interface Minute {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly alerts: number;
  readonly nodes: Readonly<Record<string, Readonly<Partial<Record<(typeof measures)[number], number>>>>>;
}

/** The oldest first; minutes in which no round ended are missing. */
export type History = readonly Minute[];

const minuteOf = (at: Date): number => Math.floor(at.getTime() / 60_000);

/** Of several rounds in a minute the last one counts. */
export function remember(history: History, { alerts, sections }: Fleet, at: Date): History {
  const minute = minuteOf(at);
  const nodes = Object.fromEntries(
    Object.entries(sections['system'] ?? {}).flatMap(([node, reading]) => {
      if (reading.status !== 'ok' || !isObject(reading.data)) return [];
      const data = reading.data;
      const read = measures.flatMap((name) => (typeof data[name] === 'number' ? [[name, data[name]]] : []));
      return [[node, Object.fromEntries(read)]];
    }),
  );
  const kept = history.filter((one) => one.minute < minute && one.minute > minute - minutesKept);
  return [...kept, { minute, alerts: alerts.length, nodes }];
}

/** A value for each of the last `count` minutes, undefined where there is none. */
export const lastMinutes = (
  history: History,
  count: number,
  at: Date,
  valueOf: (minute: Minute) => number | undefined,
): (number | undefined)[] => {
  const byMinute = new Map(history.map((one) => [one.minute, one]));
  return Array.from({ length: count }, (_, index) => {
    const found = byMinute.get(minuteOf(at) - count + 1 + index);
    return found && valueOf(found);
  });
};

const bars = '▁▂▃▄▅▆▇█';

/** A bar for each value, from 0 to `most`; a blank where there is none. */
export const sparkline = (values: readonly (number | undefined)[], most: number): string =>
  values
    .map((value) =>
      value === undefined
        ? ' '
        : (bars[Math.min(bars.length - 1, Math.max(0, Math.floor((value / (most || 1)) * bars.length)))] ?? ' '),
    )
    .join('');
