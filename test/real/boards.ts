// The boards of ops/grafana: their panels, and the queries that Grafana would send for them.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process.ts';
import { readText } from '../world.ts';

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly regex?: string;
  readonly allValue?: string;
  readonly multi: boolean;
  readonly current?: { readonly value: string | readonly string[] };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly options: object;
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly max?: number;
      readonly thresholds?: { readonly steps: readonly object[] };
      readonly custom?: object;
      readonly color?: { readonly mode: string };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly id: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly targets: readonly { readonly expr: string; readonly legendFormat?: string; readonly instant?: boolean }[];
}

export interface Annotation {
  readonly target: { readonly expr: string };
}

export interface Board {
  readonly title: string;
  readonly uid: string;
  readonly timezone: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly tags: readonly string[];
  readonly links: readonly { readonly tags: readonly string[] }[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

const folder = join(root, 'ops', 'grafana');

/** File name → board. */
export const boards: Readonly<Record<string, Board>> = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, JSON.parse(readText(join(folder, name))) as Board]),
);

/** Asks Prometheus for a path below /api/v1, and returns `data`. */
export type Ask = (path: string, query: Readonly<Record<string, string>>) => unknown;

interface Result {
  readonly panel: string;
  readonly expr: string;
  /** `value`: the time and the value of a query at one time. */
  readonly series: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly value?: readonly [number, string];
  }[];
}

/** What every query of a board returns, with the variables as they stand when the board is opened. */
export function queryBoard({ templating, panels }: Board, ask: Ask): Result[] {
  // Four scrapes, as Grafana has it where the data source does not say how often Prometheus scrapes.
  const values = new Map([['__rate_interval', '1m']]);
  const interpolate = (text: string): string =>
    text.replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => values.get(name) ?? whole);
  for (const variable of templating.list.filter(({ type }) => type === 'query')) {
    const asked = typeof variable.query === 'string' ? variable.query : variable.query.query;
    const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(asked) ?? assert.fail(asked);
    const found = ask(`label/${label}/values`, { 'match[]': interpolate(selector) }) as string[];
    const [, wanted = '(.*)'] = /^\/(.*)\/$/.exec(variable.regex ?? '') ?? [];
    const shown = found.flatMap((value) => new RegExp(wanted).exec(value)?.[1] ?? []);
    // A Prometheus of its own has one site, without a label.
    assert.ok(shown.length > 0 || variable.name === 'site', `the variable ${variable.name} has no value: ${asked}`);
    const { value } = variable.current ?? assert.fail(variable.name);
    const chosen = value === '$__all' ? shown : [value].flat();
    const all = value === '$__all' ? variable.allValue : undefined;
    const escaped = chosen.map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\\\$&')).join('|');
    values.set(variable.name, all ?? (variable.multi ? `(${escaped})` : escaped));
  }
  const now = Date.now() / 1000;
  const range = { start: String(now - 60), end: String(now), step: '5' };
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, instant }) => {
      // What is shown where there is nothing proves nothing.
      const query = interpolate(expr.replace(/ or vector\(0\)$/, ''));
      const { result } = ask(instant ? 'query' : 'query_range', { query, ...(instant ? {} : range) }) as {
        result: Result['series'];
      };
      return { panel: title, expr: query, series: result };
    }),
  );
}
