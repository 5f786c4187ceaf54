import { openHosts } from '../lib/cycle/hosts.ts';
import { main } from '../lib/cli/main.ts';
import { lives, thisProcess } from '../lib/io/living.ts';
import { painter } from '../lib/io/terminal.ts';
import { thermalHeartbeat } from '../lib/thermal/heartbeat.ts';

// Three at most hang with chips (see lib/thermal/hanging.ts), and one is left for telling; more would only cost their start.
process.env['UV_THREADPOOL_SIZE'] ??= '4';
main(
  thermalHeartbeat({
    net: async () => (await import('../lib/io/net.ts')).makeNet(),
    paint: painter,
    processes: { self: thisProcess, lives },
  }),
  openHosts,
);
