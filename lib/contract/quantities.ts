// Schemas for quantities in the configuration: they parse text with a unit into a number in a base unit.
import * as z from 'zod';
import type { LimitDefinition } from './check.ts';
import { formatLimit, parseBytes, parseDuration, parseMeasure } from '../core/quantity.ts';

/** `parse` returns the value, or the reason why the text is wrong, or undefined where there is no further reason. */
const quantityOf = <Value extends number | object>(
  what: string,
  example: string,
  parse: (text: string) => Value | string | undefined,
) => {
  const expected = `${what}, such as ${JSON.stringify(example)}`;
  return z
    .string({ error: (issue) => `expected ${expected}; got ${JSON.stringify(issue.input) ?? 'nothing'}` })
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined && typeof value !== 'string') return value;
      context.issues.push({
        code: 'custom',
        input: text,
        message: `expected ${expected}; got ${JSON.stringify(text)}${value === undefined ? '' : ` (${value})`}`,
      });
      return z.NEVER;
    })
    .meta({ quantity: what, examples: [example] });
};

const longestSeconds = 10 * 366 * 86_400;

/** Seconds; above zero, at most ten years. */
export const duration = (example = '1.5h', mostSeconds = longestSeconds) =>
  quantityOf('a duration with its unit', example, (text) => secondsOf(text, mostSeconds) || 'more than none');
/** Like `duration`, but zero is allowed: a hold of `0s` does not wait. */
export const wait = (example = '10m') => quantityOf('a duration with its unit', example, (text) => secondsOf(text));

/** Returns the number of seconds, or the reason why the text is wrong. */
function secondsOf(text: string, most = longestSeconds): number | string {
  const seconds = parseDuration(text);
  if (seconds === undefined) return 'units: ms, s, m, h, d, w';
  return seconds <= most ? seconds : `at most ${formatLimit(most)}`;
}

/** A number of intervals, until the configuration's interval is known. */
class Intervals {
  readonly count: number;
  constructor(count: number) {
    this.count = count;
  }
}
/** A maximum age: a duration, or a number of intervals, which `inSeconds` converts to seconds. */
export const age = (example = '3 intervals') =>
  quantityOf('a duration, or a number of intervals', example, (text) => {
    const count = Number(/^(\d+(?:\.\d+)?) *intervals?$/.exec(text.trim())?.[1]);
    if (count > 0 && count <= 1e6) return new Intervals(count);
    return secondsOf(text) || 'more than none';
  }) as z.ZodType as z.ZodType<number, string>;

export function inSeconds<Value>(value: Value, interval: number): Value {
  const seconds = (one: unknown): unknown => {
    if (one instanceof Intervals) return one.count * interval;
    if (Array.isArray(one)) return one.map(seconds);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, seconds(inner)]));
  };
  return seconds(value) as Value;
}
/** 0 to 100. */
export const percent = (example = '80%') =>
  quantityOf('a percentage', example, (text) => {
    const value = parseMeasure(text, '%');
    return value !== undefined && value >= 0 && value <= 100 ? value : undefined;
  });
/** A whole number without a unit: `3`. */
const count = (example = 3) =>
  z.int({ error: (issue) => `expected a whole number, such as ${example}; got ${JSON.stringify(issue.input)}` }).min(0);
/** A number in the given unit. */
export const measure = (unit: string, example: string) =>
  quantityOf(`a number of ${unit}`, example, (text) => parseMeasure(text, unit));

/** An amount of memory or disk, in bytes. */
export const bytes = (example = '2GB') =>
  quantityOf(
    'a number of bytes with its unit',
    example,
    (text) => parseBytes(text) || 'units: B, kB, MB, GB, TB, KiB …',
  );

/** A factor without a unit: `2`. */
export const factor = (example = 2) =>
  z
    .number({ error: (issue) => `expected a number, such as ${example}; got ${JSON.stringify(issue.input)}` })
    .positive()
    .max(1e6);

export function limitType(quantity: LimitDefinition[0]): z.ZodType<number, string | number> {
  const types = { percent, duration, age, count, factor, V: () => measure('V', '52 V'), C: () => measure('C', '40 C') };
  return types[quantity]();
}

/** A name that the user chooses; it becomes part of ids, file names and metrics. */
export const ownName = z
  .string()
  .regex(/^[A-Za-z0-9_][\w.@:-]{0,63}$/, {
    error: (issue) =>
      `expected a name of letters, digits and _ . @ : -, at most 64; got ${JSON.stringify(issue.input)}`,
  });

export const unit = z
  .string()
  .regex(/^[^\s/]+\.[a-z]+$/, {
    error: (issue) => `expected a unit with its type, such as "sync.timer"; got ${JSON.stringify(issue.input)}`,
  });

/** A reference to a secret. The secret itself must not be in the configuration, which others read, print and copy. */
export const secret = z
  .string()
  .regex(/^\$[A-Z_][A-Z0-9_]*$/, {
    error:
      'expected the name of an environment variable or credential, such as "$OPS_HEARTBEAT_URL", never the secret itself',
  })
  .meta({ secret: true });

/** Whether the URL contains a user name or password, which reports would show with the URL. */
export function hasLogin(url: string): boolean {
  const target = URL.parse(url);
  return target ? target.username !== '' || target.password !== '' : url.includes('@');
}

export const commandLine = z
  .array(
    z
      .string()
      .max(4000)
      .regex(/^[^\0]*$/, 'a zero byte cannot be passed to a program'),
  )
  .min(1)
  .max(200)
  .describe('program and arguments; no shell reads them');

export const absolutePath = z.string().max(4000).regex(/^\//, 'expected an absolute path');

export const webUrl = z
  .url({
    protocol: /^https?$/,
    error: (issue) => `expected an http(s) URL, such as "https://www.example.org/"; got ${JSON.stringify(issue.input)}`,
  })
  .refine((text) => !hasLogin(text), 'a password in a URL would end up in files and mails: leave it out')
  .meta({ secret: true });

export const hostAndPort = z
  .string()
  .max(300)
  .regex(/^([\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i, {
    error: (issue) => `expected a host and a port, such as "127.0.0.1:5432"; got ${JSON.stringify(issue.input)}`,
  })
  .refine((text) => URL.canParse(`http://${text}`), 'expected a port from 1 to 65535');

/** For `refine` of a mapping that has exactly one of these keys: the condition, and a message that says which were given. */
export function exactlyOne(...keys: readonly string[]) {
  const given = (value: unknown): string[] => keys.filter((key) => Reflect.get(value as object, key) !== undefined);
  const inWords = (names: readonly string[]): string =>
    names.map((name) => `\`${name}\``).join(', ').replace(/, ([^,]*)$/, ' and $1'); // prettier-ignore
  return [
    (value: object): boolean => given(value).length === 1,
    {
      error: ({ input }: { readonly input?: unknown }) =>
        `expected one of ${inWords(keys)}; got ${inWords(given(input)) || 'none of them'}`,
    },
  ] as const;
}
