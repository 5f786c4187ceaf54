// A Host whose every answer comes before the host's own deadline: what hangs then fails by itself, and whoever reads many
// things keeps those that were read.
import type { Host } from '../contract/host.ts';

export function impatient(host: Host): Host {
  const { signal } = host;
  const late = new Promise<never>((_resolve, reject) => {
    const give = (): void => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  late.catch(() => undefined); // nobody may be waiting
  const inTime = <Answer>(answer: Promise<Answer>): Promise<Answer> => Promise.race([answer, late]);
  return {
    name: host.name,
    signal,
    readText: (path) => inTime(host.readText(path)),
    readBytes: (path, range) => inTime(host.readBytes(path, range)),
    list: (path) => inTime(host.list(path)),
    stat: (path) => inTime(host.stat(path)),
    statfs: (path) => inTime(host.statfs(path)),
    realpath: (path) => inTime(host.realpath(path)),
    run: (argv, options) => inTime(host.run(argv, options)),
    get: (url, options) => inTime(host.get(url, options)),
  };
}
