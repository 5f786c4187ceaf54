// A limit on the series of one metric. A label value that comes from outside (a path, a topic, a name of a device) can have any
// number of values, and each costs memory here and in Prometheus for ever.

/** The value of a label whose own value would have been one too many. */
const otherValue = 'other';

/** Longer label values are cut: what is so long is no name. */
const mostCharacters = 128;

export type Labels = Readonly<Record<string, string>>;

/** Returns the labels to use instead of those given. The first `mostSeries` combinations stay as they are. Any later one has
 * `other` in the labels that are named `open`: those whose values the application does not choose. */
export function limitSeries(
  mostSeries: number,
  open: readonly string[],
  onFolded: () => void,
): (labels: Labels) => Labels {
  const kept = new Set<string>();
  const others = new Map<string, Labels>();
  return (given) => {
    const labels = isShort(given) ? given : cut(given);
    const key = Object.values(labels).join('\0');
    if (kept.has(key)) return labels;
    if (kept.size < mostSeries) {
      kept.add(key);
      return labels;
    }
    onFolded();
    const closed = Object.entries(labels).filter(([name]) => !open.includes(name));
    const rest = closed.map(([, value]) => value).join('\0');
    let other = others.get(rest);
    if (!other)
      others.set(rest, (other = { ...labels, ...Object.fromEntries(open.map((name) => [name, otherValue])) }));
    return other;
  };
}

function isShort(labels: Labels): boolean {
  for (const name in labels) if ((labels[name]?.length ?? 0) > mostCharacters) return false;
  return true;
}

const cut = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value.slice(0, mostCharacters)]));
