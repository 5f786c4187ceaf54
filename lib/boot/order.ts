// The order of components that wait for one another. Pure.

/** Name → names of the components that must be ready before. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** A circle of dependencies, its first name repeated at its end: `db`, `app`, `db`. */
export function findCycle(dependencies: Dependencies): string[] | undefined {
  const checked = new Set<string>();
  const search = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (checked.has(name)) return undefined;
    for (const needed of dependencies.get(name) ?? []) {
      const cycle = search(needed, [...path, name]);
      if (cycle) return cycle;
    }
    checked.add(name);
    return undefined;
  };
  for (const name of dependencies.keys()) {
    const cycle = search(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Groups the components into steps; those of one step do not wait for one another. There must be no cycle. */
export function stepsOf(dependencies: Dependencies): string[][] {
  const steps: string[][] = [];
  const known = new Map<string, number>();
  const stepOf = (name: string): number => {
    const step = known.get(name) ?? Math.max(-1, ...(dependencies.get(name) ?? []).map(stepOf)) + 1;
    known.set(name, step);
    return step;
  };
  for (const name of dependencies.keys()) (steps[stepOf(name)] ??= []).push(name);
  return steps;
}
