// The limits that hold for one subject: those under `limits.KEY.for.SUBJECT`, else those of its check. Checks are judged by
// them, and pictures and trend cards draw them.
import type { AnyCheck, CheckLimits, Limits, NumberLimit, Side } from '../contract/check.ts';
import type { PanelLimits } from '../contract/section.ts';

type Levels = { readonly amber?: number | undefined; readonly red?: number | undefined };

/** Each limit has its key in the configuration. */
/** `item` is that of a subject which is a part of it: its exceptions hold for its parts, too. */
export function configuredLimits(
  { key, side }: CheckLimits,
  subject: string,
  configured: unknown,
  item = subject,
): Limits {
  if (typeof configured !== 'object' || configured === null)
    throw new Error(`no limits are configured under limits.${key}`);
  const { for: exceptions = {}, ...all } = configured as Levels & { for?: Readonly<Record<string, Levels>> };
  const limitOf = (level: keyof Levels): NumberLimit | undefined => {
    const name = [subject, item].find(
      (one) => Object.hasOwn(exceptions, one) && exceptions[one]?.[level] !== undefined,
    );
    const value = name === undefined ? all[level] : exceptions[name]?.[level];
    const under = name === undefined ? '' : `.for.${name}`;
    return value === undefined ? undefined : { value, key: `limits.${key}${under}.${level}` };
  };
  return { side, amber: limitOf('amber'), red: limitOf('red') };
}

/** The limits of a drawn line, in the unit of its values. */
export interface DrawnLimits {
  readonly side: Side;
  readonly amber?: number | undefined;
  readonly red?: number | undefined;
}

export interface LimitSource {
  readonly checks: readonly AnyCheck[];
  /** The configuration's `limits`. */
  readonly configured: Readonly<Record<string, unknown>>;
  /** The newest value of a field of the same subject. */
  readonly newest: (field: string) => number | undefined;
  /** Unit of the values that are compared with the limits. */
  readonly unit: string;
}

/** Undefined where none holds, or where the field that the limit depends on was never read. */
export function drawnLimits(
  asked: PanelLimits | undefined,
  subject: string,
  { checks, configured, newest, unit }: LimitSource,
): DrawnLimits | undefined {
  if (asked === undefined) return undefined;
  if (!('check' in asked)) {
    const value = newest(asked.field);
    // A limit in seconds beside a value in milliseconds.
    const factor = unit === 'ms' && asked.field.endsWith('_seconds') ? 1000 : 1;
    return value === undefined ? undefined : { side: asked.side, [asked.level]: value * factor };
  }
  const definition = checks.find(({ name }) => name === asked.check)?.limits;
  const times = asked.times === undefined ? 1 : newest(asked.times);
  if (!definition || times === undefined) return undefined;
  const { side, amber, red } = configuredLimits(definition, subject, configured[definition.key]);
  return { side, amber: amber && amber.value * times, red: red && red.value * times };
}
