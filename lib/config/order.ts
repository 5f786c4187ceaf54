// Limits that must be ordered, such as amber and red: the wrong way round, one of them would silently never be reached.
import { parseDuration } from '../core/quantity.ts';
import { usualSlow } from '../snapshot/config.ts';

interface Levels {
  readonly amber?: number | undefined;
  readonly red?: number | undefined;
}
/** By key; a limit of another kind has neither amber nor red. */
type AllLimits = Readonly<Record<string, object>>;
type OneKey = Levels & { readonly for?: Readonly<Record<string, Levels>> };
type Timed = Readonly<Record<string, { readonly slow: number; readonly timeout: number }>>;

export interface WrongOrder {
  /** Paths of the two values that apply together: the one of a subject may stand with the general one. */
  readonly pair: readonly [string[], string[]];
  readonly says: string;
}

/** `usual` are the defaults: they show whether a higher or a lower value is worse. */
export function misorderedLimits(limits: AllLimits, usual: AllLimits): WrongOrder[] {
  return Object.entries(usual).flatMap(([key, one]) => {
    const { amber, red }: OneKey = one;
    if (amber === undefined || red === undefined) return [];
    const { for: exceptions = {}, ...all }: OneKey = limits[key] ?? {};
    const side = amber < red ? 'above' : 'below';
    const wrong = (levels: Levels, pathOf: (level: keyof Levels) => string[]): WrongOrder[] => {
      const gap = (levels.red ?? red) - (levels.amber ?? amber);
      const says = `amber must not be ${side} red, or nothing is ever amber`;
      return (side === 'above' ? gap < 0 : gap > 0) ? [{ pair: [pathOf('amber'), pathOf('red')], says }] : [];
    };
    return [
      ...wrong(all, (level) => ['limits', key, level]),
      ...Object.entries(exceptions).flatMap(([subject, own]) =>
        own.amber === undefined && own.red === undefined
          ? [] // uses the general levels, checked above
          : wrong({ amber: own.amber ?? all.amber, red: own.red ?? all.red }, (level) =>
              own[level] === undefined ? ['limits', key, level] : ['limits', key, 'for', subject, level],
            ),
      ),
    ];
  });
}

const usualSlowSeconds = parseDuration(usualSlow) ?? Number.NaN;

export const misorderedEndpoints = (endpoints: Timed, above: readonly string[]): WrongOrder[] =>
  Object.entries(endpoints).flatMap(([name, { slow, timeout }]): WrongOrder[] => {
    // A timeout below the default of `slow` is no mistake as long as `slow` itself is not set.
    if (slow <= timeout || slow === usualSlowSeconds) return [];
    const pathOf = (key: string): string[] => [...above, name, key];
    return [
      { pair: [pathOf('slow'), pathOf('timeout')], says: 'slow must not be above timeout, or no answer is ever slow' },
    ];
  });
