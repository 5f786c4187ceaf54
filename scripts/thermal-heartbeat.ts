import { openHosts } from '../lib/cycle/hosts.ts';
import { main } from '../lib/cli/main.ts';
import { isStillAlive, describeThisProcess } from '../lib/io/living.ts';
import { painter } from '../lib/io/terminal.ts';
import { thermalHeartbeat } from '../lib/thermal/heartbeat.ts';

// At most three threads hang with chips (see lib/thermal/hanging.ts) and one is left for sending; more would only slow the start.
process.env['UV_THREADPOOL_SIZE'] ??= '4';
main(
  thermalHeartbeat({
    net: async () => (await import('../lib/io/net.ts')).makeNet(),
    paint: painter,
    processes: { self: describeThisProcess, isStillAlive },
  }),
  openHosts,
);
