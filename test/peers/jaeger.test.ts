// Jaeger receives the traces of real cycles, and shows their tree by the API that its own page uses.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { end, freePort, root } from '../process.ts';
import { goProgram } from '../real/kept.ts';
import { cycle, tracedSite } from '../traced.ts';
import { readText, until } from '../world.ts';

const module = 'github.com/jaegertracing/jaeger';

interface Span {
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: string; readonly spanID: string }[];
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

interface Trace {
  readonly traceID: string;
  readonly spans: readonly Span[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** Starts Jaeger, which keeps traces in memory. */
async function startJaeger(t: TestContext) {
  const program = goProgram({ program: `${module}/cmd/all-in-one`, module, version: 'v1.76.0' });
  const [api, receiver] = [await freePort(), await freePort()];
  const ports: Record<string, number> = {
    'query.http-server': api,
    'collector.otlp.http': receiver,
    'query.grpc-server': await freePort(),
    'collector.otlp.grpc': await freePort(),
    'collector.http-server': await freePort(),
    'collector.grpc-server': await freePort(),
    'admin.http': await freePort(),
  };
  const argv = Object.entries(ports).map(([server, port]) => `--${server}.host-port=127.0.0.1:${port}`);
  const child = spawn(program, argv, { stdio: 'ignore', env: { SPAN_STORAGE_TYPE: 'memory', NO_PROXY: '*' } });
  t.after(() => end(child));
  const ask = async <Data>(path: string): Promise<Data | undefined> => {
    // Not by our own client, which hides the words of a question in its answer.
    const answer = await fetch(`http://127.0.0.1:${api}/api/${path}`).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as { data: Data }).data : undefined;
  };
  await until(async () => (await ask('services')) !== undefined);
  return { ask, endpoint: `http://127.0.0.1:${receiver}` };
}

/** `cycle` with what lies below it, by name and item. */
function treeOf({ spans }: Trace): unknown {
  const parentOf = ({ references }: Span): string | undefined =>
    references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
  const tag = ({ tags }: Span, name: string): unknown => tags.find(({ key }) => key === name)?.value;
  const wordsOf = (span: Span): string =>
    [span.operationName, tag(span, 'ops_monitor.item'), tag(span, 'ops_monitor.outcome'), tag(span, 'error') && 'error']
      .filter(Boolean)
      .join(' ');
  const below = (parent: string | undefined): object =>
    Object.fromEntries(
      spans.filter((span) => parentOf(span) === parent).map((span) => [wordsOf(span), below(span.spanID)]),
    );
  return below(undefined);
}

describe('Jaeger', () => {
  for (const way of ['stages of their own', 'run-cycle'] as const)
    test(`shows the tree of a cycle that ran by ${way}`, async (t) => {
      const { ask, endpoint } = await startJaeger(t);
      const site = tracedSite(t, { isLate: true });
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      if (way === 'run-cycle')
        assert.doesNotMatch((await site.run('run-cycle', env, '--only', 'cycle')).stderr, /trace/);
      else for (const stage of cycle) assert.doesNotMatch((await site.run(stage, env)).stderr, /trace \(/);
      const { run_id, sections } = JSON.parse(readText(join(site.state, 'raw', 'latest.json'))) as {
        run_id: string;
        sections: Record<string, { status: string }>;
      };
      const [trace] = (await ask<Trace[]>(`traces/${run_id}`)) ?? [];
      assert.ok(trace, 'Jaeger does not know the run id');
      assert.deepEqual(
        trace.spans.flatMap(({ warnings }) => warnings ?? []),
        [],
      );
      assert.deepEqual(
        [...new Set(Object.values(trace.processes).map(({ serviceName }) => serviceName))],
        ['ops-monitor'],
      );

      const tree = treeOf(trace) as Record<string, Record<string, Record<string, object>>>;
      const [whole, ...roots] = Object.keys(tree);
      assert.deepEqual([whole?.split(' ')[0], roots], ['cycle', []]);
      const stages = tree[whole ?? ''] ?? {};
      assert.deepEqual(
        Object.keys(stages)
          .map((words) => words.replace(/ .*/, ''))
          .toSorted(),
        cycle.toSorted(),
      );
      const probes = stages['collect-snapshot ok'] ?? {};
      assert.equal(Object.keys(probes).length, Object.keys(sections).length);
      assert.deepEqual(probes['probe filesystems ok'], {
        'item filesystems root ok': {},
        'item filesystems gone failed error': {},
      });
      assert.deepEqual(probes['probe plugins ok'], {
        'item plugins given ok': {},
        'item plugins late deadline error': {},
      });
      assert.deepEqual(stages['assess-health ok'], { checks: {} });
      assert.deepEqual(stages['send-alerts ok'], { 'send mail waiting error': {} });

      const found = await ask<Trace[]>('traces?service=ops-monitor&operation=cycle&lookback=1h&limit=5');
      assert.deepEqual(
        found?.map(({ traceID }) => traceID),
        [run_id],
      );
      const hung = encodeURIComponent(JSON.stringify({ 'ops_monitor.outcome': 'deadline', error: 'true' }));
      const late = await ask<Trace[]>(`traces?service=ops-monitor&tags=${hung}&lookback=1h&limit=5`);
      assert.equal(late?.length, 1, 'readings that hung are not found by their outcome');
    });

  test('shows the requests of the example application with the queries in them', async (t) => {
    const { ask, endpoint } = await startJaeger(t);
    const main = join(root, 'ops', 'examples', 'application', 'main.ts');
    const argv = ['--import', 'tsx', main, '--port', '0', '--metrics-port', '0', '--fault', 'errors', '--seconds', '4'];
    const child = spawn(process.execPath, argv, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    });
    t.after(() => end(child));
    let log = '';
    child.stdout.on('data', (part) => (log += String(part)));
    await until(() => child.exitCode !== null);
    assert.equal(child.exitCode, 0);
    const name = encodeURIComponent('GET /devices/:id');
    const traces = (await ask<Trace[]>(`traces?service=plant-api&operation=${name}&lookback=1h&limit=50`)) ?? [];
    assert.ok(traces.length >= 5, `${traces.length} traces`);
    const trees = traces.map((trace) => JSON.stringify(treeOf(trace)));
    assert.ok(trees.includes('{"GET /devices/:id":{"SELECT":{}}}'), trees[0]);
    assert.ok(trees.includes('{"GET /devices/:id error":{"SELECT error":{}}}'), trees[0]);
    // The lines of the log name the same traces.
    assert.ok(traces.every(({ traceID }) => log.includes(`"trace_id":"${traceID}"`)));
  });
});
