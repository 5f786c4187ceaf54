// Twelve bombs of different kinds in one configuration, through the whole cycle in less than 512 MiB: the cycle ends in time,
// each bomb is a failed reading with its reason, and the rest is read.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { storeFiles } from '../store.ts';
import { readText, temporaryFolder } from '../world.ts';

const limitBytes = 512 * 1024 * 1024;
const megabytes = 1024 * 1024;
const zeros = Buffer.alloc(256 * megabytes);

/** A header of Blosc that promises 2 GB. */
const bloscHeader = (): Buffer => {
  const bytes = Buffer.alloc(64);
  for (const [offset, value] of [
    [0, 0x0821_0102],
    [4, 0x7fff_ffff],
    [8, 0x1_0000],
    [12, 64],
  ] as const)
    bytes.writeUInt32LE(value, offset);
  return bytes;
};

/** A store whose chunk of `variable` unpacks without end. */
function writeStore(folder: string, compressor: string, chunk: Uint8Array): string {
  const files = storeFiles({ at: new Date(), minutes: [10, 0] });
  const metadata = JSON.parse(
    Buffer.from(files.find(([path]) => path === 'time/.zarray')?.[1] ?? []).toString(),
  ) as object;
  for (const [path, bytes] of [
    ...files,
    ['time/.zarray', Buffer.from(JSON.stringify({ ...metadata, compressor: { id: compressor } }))] as const,
    ['time/0', chunk] as const,
  ]) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

/** Resident bytes of a process and of its descendants. */
function memoryOfTree(pid: number): number {
  try {
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0);
    const children = readText(`/proc/${pid}/task/${pid}/children`)
      .split(' ')
      .filter((word) => word !== '');
    return kilobytes * 1024 + children.reduce((sum, child) => sum + memoryOfTree(Number(child)), 0);
  } catch {
    return 0; // it has ended
  }
}

async function serve(t: TestContext): Promise<number> {
  const block = Buffer.alloc(megabytes, 'x');
  const server: Server = createServer((request, response) => {
    response.on('error', () => undefined);
    if (request.url === '/endless-header') {
      request.socket.write('HTTP/1.1 200 OK\r\nX-A: ');
      const timer = setInterval(() => request.socket.write('x'.repeat(1000)), 10);
      request.socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
      return;
    }
    response.writeHead(200);
    let left = request.url === '/gigabyte' ? 1024 : Infinity;
    const more = (): void => {
      while (left-- > 0) if (!response.write(block)) return void response.once('drain', more);
      response.end();
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('bombs', () => {
  test('twelve bombs through the whole cycle under 512 MiB: it ends in time, and the rest is read', async (t) => {
    const folder = temporaryFolder(t);
    const state = join(folder, 'state');
    const port = await serve(t);
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const gates = {
      nested: ['['.repeat(15 * megabytes), /nested more than|characters/],
      keys: [`{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":0`).join(',')}}`, /characters/],
      lines: ['{}\n'.repeat(1_000_000), /characters/],
      endless: ['x'.repeat(400 * megabytes), /too large to be read whole/],
      counts: [
        JSON.stringify({
          verdict: 'pass',
          decided_at: '2026-01-01',
          counts: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, 1])),
        }),
        /more than 10000 values/,
      ],
    } as const;
    const stores = {
      gzip: gzipSync(zeros),
      zlib: deflateSync(zeros),
      zstd: zstdCompressSync(zeros),
      blosc: bloscHeader(),
    };
    const gigabyte = put('gigabyte.sh', 'head -c 1000000000 /dev/zero | tr "\\0" "["\n');
    const sound = put(
      'sound.json',
      JSON.stringify({ verdict: 'pass', decided_at: new Date().toISOString(), counts: { files: 1 } }),
    );
    const configuration = {
      files: { state },
      gates: Object.fromEntries([
        ...Object.entries(gates).map(([name, [text]]) => [name, put(`${name}.json`, text)]),
        ['sound', sound],
      ]),
      streams: Object.fromEntries(
        Object.entries(stores).map(([name, chunk]) => [
          name,
          { source: { root: writeStore(join(folder, `${name}.zarr`), name, chunk), time: 'zarr' } },
        ]),
      ),
      workspace: { path: folder, network: false, usage: { command: ['/bin/sh', gigabyte] } },
      endpoints: Object.fromEntries(
        ['never-ends', 'gigabyte', 'endless-header'].map((name) => [
          name,
          { url: `http://127.0.0.1:${port}/${name}`, timeout: '5s' },
        ]),
      ),
    };
    const config = put('config.yaml', JSON.stringify(configuration));

    // A limit of the kernel needs a cgroup of one's own; V8 reserves far more addresses than it touches, so a limit of
    // those says nothing. Instead the memory of the cycle and its children is measured throughout.
    let most = 0;
    let sampler: NodeJS.Timeout | undefined;
    const argv = [process.execPath, join(root, 'dist', 'run-cycle.cjs'), '--config', config];
    const began = performance.now();
    const { status, signal, stderr } = await runBeside(argv, environmentIn(folder), (pid) => {
      sampler = setInterval(() => (most = Math.max(most, memoryOfTree(pid))), 20);
    });
    clearInterval(sampler);
    const seconds = (performance.now() - began) / 1000;
    assert.equal(signal, null, stderr);
    assert.ok(status === 0 || status === 1, `${status}: ${stderr}`);
    assert.ok(seconds < 60, `the cycle took ${seconds} s`);
    t.diagnostic(`the cycle took ${seconds.toFixed(1)} s and ${Math.round(most / megabytes)} MiB`);
    assert.ok(most > 0 && most < limitBytes, `the cycle took ${Math.round(most / megabytes)} MiB`);

    const { sections } = JSON.parse(readText(join(state, 'raw', 'latest.json'))) as Snapshot;
    type Items = Record<string, { status: string; reason?: string; data?: Record<string, unknown> }>;
    const itemsOf = (name: string): Items => {
      const section = sections[name];
      assert.equal(section?.status, 'ok', `${name}: ${JSON.stringify(section)}`);
      return (section as { data: Items }).data;
    };
    for (const [name, [, says]] of Object.entries(gates)) {
      const found = itemsOf('gates')[name];
      assert.equal(found?.status, 'failed', name);
      assert.match(found?.reason ?? '', says, name);
      assert.ok((found?.reason ?? '').length < 500, name);
    }
    assert.equal(itemsOf('gates')['sound']?.data?.['verdict'], 'pass');
    for (const name of Object.keys(stores)) {
      const found = itemsOf('streams')[name];
      assert.equal(found?.status, 'failed', name);
      assert.match(found?.reason ?? '', /unpacks to/, name);
    }
    const workspace = sections['workspace'] as { status: string; data: { reached: boolean; usage_problem?: string } };
    assert.equal(workspace.data.reached, true);
    assert.match(workspace.data.usage_problem ?? '', /printed more than 8388608 bytes/);
    const urls = itemsOf('endpoints');
    assert.deepEqual(
      ['never-ends', 'gigabyte', 'endless-header'].map((name) => [urls[name]?.status, urls[name]?.data?.['answered']]),
      [
        ['ok', true],
        ['ok', true],
        ['ok', false],
      ],
    );
    assert.equal(sections['host']?.status, 'ok', 'the rest is read');
    assert.ok(readText(join(state, 'health', 'latest_report.md')).length < 200_000);
    assert.ok(Object.keys(gates).length + Object.keys(stores).length + 4 >= 12);
  });
});
