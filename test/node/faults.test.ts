// Programs that answer garbage, nothing, slowly, or 10 MB, on real sockets: no value is made of that, and the report ends in time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import test, { describe, type TestContext } from 'node:test';
import { readingLimits, runProbes } from '../../lib/engine/probes.ts';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { nodeProbes } from '../../lib/node/probes/index.ts';
import { nodeSections } from '../../lib/node/sections/index.ts';
import { reportOf } from '../../lib/node/report.ts';
import { configurationOf, temporaryFolder } from '../world.ts';

async function serve(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return address.port;
}

const configurationAt = (port: number): string => {
  const [url, address] = [`"http://127.0.0.1:${port}"`, `"127.0.0.1:${port}"`];
  return `node:
  rqlite: { url: ${url} }
  olric: { address: ${address} }
  ipfs: { url: ${url}, cluster_url: ${url} }
  gateway: { url: ${url} }
  anyone: { control: ${address} }
  dns: { zone: zone.test, server: "127.0.0.1:1", https: ${address} }
  namespaces: { one: { rqlite: ${url}, olric: ${address}, gateway: ${url} } }`;
};

const asked = ['rqlite', 'olric', 'ipfs', 'gateway', 'anyone', 'namespaces'] as const;
/** Fields that say how the program was found, or that it did not answer, or that do not come from its answer. */
const harmless =
  /^(address|found_by|name|cluster_address|cluster_found_by|(orport|socks)_listening|(relay|client)_active|service_active|process_mem_mb|memberlist_up|restart_count|log_\w+)$/;
const saysNo = /^(responsive|daemon_active|cluster_active|control_listening|\w+_up)$/;

const http = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
const big = JSON.stringify({ store: 'x'.repeat(10_000_000) });

const faults: Readonly<Record<string, (socket: Socket) => void>> = {
  'bytes of no protocol': (socket) => socket.end('\u0000\u0001\r\n\r\n'.repeat(1000)),
  'a page where JSON should be': (socket) => socket.end(http('<html>\u001B[2J</html>')),
  'JSON of something else': (socket) => socket.end(http('[[[1]]]')),
  '10 MB': (socket) => socket.write(http(big)),
  'an answer that stops in its middle': (socket) => socket.write(http('{}').slice(0, -1)),
  'a trickle': (socket) => {
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
  },
  'a connection that is reset': (socket) => socket.resetAndDestroy(),
  silence: () => undefined,
};

describe('node/faults', () => {
  for (const [name, answer] of Object.entries(faults))
    test(`${name} is no reading of any program`, async (t) => {
      const port = await serve(t, answer);
      const open = localHostOpener({ notes: temporaryFolder(t), userAgent: 'test' });
      const began = performance.now();
      const { sections } = await runProbes({
        ...readingLimits,
        probes: nodeProbes,
        config: configurationOf(configurationAt(port)),
        bootId: 'one',
        previous: {},
        now: () => new Date(),
        monotonicMs: () => performance.now(),
        openHost: (_name, signal) => open(signal),
        timeoutMs: 4500,
      });
      const seconds = (performance.now() - began) / 1000;
      assert.ok(seconds < 6, `the report took ${seconds} s`);
      const report = reportOf(nodeSections, sections, { timestamp: '', hostname: '', version: '', collect_ms: 0 });
      for (const section of asked) {
        const fields = (report[section] ?? {}) as Record<string, unknown>;
        const inner =
          section === 'namespaces' ? (fields['namespaces'] as Record<string, unknown>[] | null)?.[0] : fields;
        for (const [field, value] of Object.entries(inner ?? {})) {
          if (value === null || harmless.test(field)) continue;
          // A gateway may answer with words: then its status is what it says.
          if (section === 'gateway' && name.includes('JSON') && /^(http_status|responsive)$/.test(field)) continue;
          if (section === 'namespaces' && name.includes('JSON') && field.startsWith('gateway_')) continue;
          assert.ok(saysNo.test(field) && value === false, `${section}.${field}: ${JSON.stringify(value)}`);
        }
        const reasons = report.errors.filter((one) => one.section === section);
        const isWords = section === 'gateway' && name.includes('JSON');
        assert.ok(reasons.length > 0 || isWords, `${section} has no reason`);
      }
    });
});
