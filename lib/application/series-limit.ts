// A limit on the series of one metric. A label value that comes from outside (a path, a topic, a name of a device) can have any
// number of values, and each costs memory here and in Prometheus for ever.

/** The value of a label whose own value would have been one too many. */
const otherValue = 'other';

/** Longer label values are cut: what is so long is no name. */
const mostCharacters = 128;

export type Labels = Readonly<Record<string, string>>;

export interface SeriesLimit {
  readonly names: readonly string[];
  /** Those labels whose values the application does not choose. */
  readonly open: readonly string[];
  readonly mostSeries: number;
  readonly onFolded: () => void;
}

/** Returns the labels for values, in the order of the names. The first `mostSeries` combinations get labels of their own; in those of
 * any later one, open labels have the value `other`. */
export function limitSeries({ names, open, mostSeries, onFolded }: SeriesLimit): (...values: string[]) => Labels {
  const kept = new Map<string, Labels>();
  const others = new Map<string, Labels>();
  const labelsOf = (values: readonly string[]): Labels =>
    Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  const remember = (labels: Map<string, Labels>, key: string, values: readonly string[]): Labels => {
    const made = labelsOf(values);
    labels.set(key, made);
    return made;
  };
  return (...values) => {
    // Called with each request: without anything that makes garbage.
    let key = '';
    for (let index = 0; index < values.length; index++) key += `${short(values[index])}\0`;
    const known = kept.get(key);
    if (known) return known;
    const cut = values.map(short);
    if (kept.size < mostSeries) return remember(kept, key, cut);
    onFolded();
    const folded = cut.map((value, index) => (open.includes(names[index] ?? '') ? otherValue : value));
    const rest = folded.join('\0');
    return others.get(rest) ?? remember(others, rest, folded);
  };
}

const short = (value = ''): string => (value.length > mostCharacters ? value.slice(0, mostCharacters) : value);
