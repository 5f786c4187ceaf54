// npm run bench:application: what a request costs an application that is observed, beside the same request of the same application
// that is not: CPU of the server's process, at 2,000 requests a second, in alternation. `-- --rounds N` for more rounds; it exits
// 1 where the budget is exceeded.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { createMetrics, observeFastify } from '../../lib/application/index.ts';

const budget = 1.15;
const perSecond = 2000;
const roundSeconds = 2;

interface Told {
  readonly ports: Readonly<Record<string, number>>;
}

if (process.send) await serveBoth();
else await bench(Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 11);

/** The same application twice in one process; it says at each message how much CPU time it has used. */
async function serveBoth(): Promise<void> {
  const ports: Record<string, number> = {};
  const devices = Array.from({ length: 20 }, (_, id) => ({ id, type: 'meter', status: 'online', value: 20 + id / 7 }));
  for (const name of ['bare', 'observed']) {
    const app = Fastify();
    if (name === 'observed') await app.register(observeFastify(createMetrics({ prefix: 'app' })));
    app.get('/plants/:plant/devices', () => devices);
    await app.listen({ port: 0, host: '127.0.0.1' });
    ports[name] = (app.server.address() as { port: number }).port;
  }
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.send?.({ ports } satisfies Told);
}

async function bench(rounds: number): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url), [], { execArgv: process.execArgv });
  const [{ ports }] = (await once(server, 'message')) as [Told];
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const used = async (): Promise<number> => {
    server.send('now');
    const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage];
    return user + system;
  };
  const ask = (port: number | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/plants/7/devices', agent }, (answer) =>
        answer.resume().on('end', resolve),
      ).on('error', reject);
    });
  /** Microseconds of CPU for each request. */
  const round = async (port: number | undefined, seconds: number): Promise<number> => {
    const before = await used();
    const began = performance.now();
    const asked: Promise<void>[] = [];
    while (performance.now() - began < seconds * 1000) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
      while (asked.length < due) asked.push(ask(port));
      await sleep(2);
    }
    await Promise.all(asked);
    return ((await used()) - before) / asked.length;
  };
  const costs: Record<string, number[]> = { bare: [], observed: [] };
  for (const name of Object.keys(costs)) await round(ports[name], 3); // compiled by then
  for (let count = 0; count < rounds; count++)
    for (const name of count % 2 === 0 ? ['bare', 'observed'] : ['observed', 'bare'])
      costs[name]?.push(await round(ports[name], roundSeconds));
  agent.destroy();
  server.disconnect();
  const ratios = (costs['observed'] ?? [])
    .map((cost, index) => cost / (costs['bare']?.[index] ?? 0))
    .sort((a, b) => a - b);
  const ratio = ratios[Math.floor(ratios.length / 2)] ?? Infinity;
  const median = (values: number[] = []): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
  console.log(
    `Node ${process.version}, Fastify, ${perSecond} requests a second, the median of ${rounds} rounds in alternation.\n`,
  );
  for (const [name, values] of Object.entries(costs))
    console.log(`${name.padEnd(10)} ${median(values).toFixed(1)} µs of CPU a request`);
  console.log(`ratio      ${ratio.toFixed(3)}   budget ${budget}${ratio > budget ? ', exceeded' : ''}`);
  if (ratio > budget) process.exitCode = 1;
}
