// Files and folders that one handler or one alert manager writes. Two of them in one folder would send each other's events.

const taken = new Set<string>();

/** Returns the function that gives it back. */
export function claim(path: string, what: string): () => void {
  if (taken.has(path)) throw new TypeError(`${what} ${path} is used already in this process: it needs one of its own`);
  taken.add(path);
  return () => taken.delete(path);
}
