// Stages as processes that send their traces to a receiver on this machine, or to one that is broken. With a real receiver:
// test/peers/jaeger.test.ts.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { StageRecord } from '../../lib/contract/record.ts';
import { serveHttp } from '../http.ts';
import { freePort, listen, listenSilently, root, runBeside } from '../process.ts';
import { attributesOf, cycle, resourceIn, type SentSpan, spansIn, tracedSite } from '../traced.ts';
import { readText } from '../world.ts';

const receiver = (t: TestContext) => serveHttp(t, () => ({ status: 200, body: '{"partialSuccess":{}}' }));
const sendTo = (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });

/** The line for the journal. */
const journalOf = (stderr: string) => {
  const line = stderr.split('\n').find((text) => text.startsWith('{')) ?? '{}';
  return JSON.parse(line) as Pick<StageRecord, 'run_id' | 'problems' | 'outcome'>;
};

/** What is told of a trace that was not sent as asked: lines behind that of the run. */
const lostIn = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !line.startsWith('{') && /trace|OTEL/.test(line))
    .join('; ');

const named = (spans: readonly SentSpan[], name: string, item?: string): SentSpan => {
  const found = spans.filter(
    (span) => span.name === name && (item === undefined || attributesOf(span)['ops_monitor.item'] === item),
  );
  assert.equal(found.length, 1, `${found.length} spans are called ${name}`);
  return found[0] as SentSpan;
};

/** The tree of one cycle, however its stages were run. */
function assertCycle(spans: readonly SentSpan[], state: string): void {
  const latest = JSON.parse(readText(join(state, 'raw', 'latest.json'))) as { run_id: string; sections: object };
  assert.deepEqual([...new Set(spans.map(({ traceId }) => traceId))], [latest.run_id]);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
  const whole = named(spans, 'cycle');
  assert.equal(whole.parentSpanId, undefined);
  for (const name of cycle) assert.equal(named(spans, name).parentSpanId, whole.spanId, name);
  const collect = named(spans, 'collect-snapshot');
  assert.equal(BigInt(whole.startTimeUnixNano), BigInt(collect.startTimeUnixNano));
  for (const span of spans)
    assert.ok(BigInt(span.endTimeUnixNano) <= BigInt(whole.endTimeUnixNano), `${span.name} ends after the cycle`);

  const probes = spans.filter(({ parentSpanId }) => parentSpanId === collect.spanId).map(({ name }) => name);
  assert.deepEqual(
    probes,
    Object.keys(latest.sections).map((section) => `probe ${section}`),
  );
  const filesystems = named(spans, 'probe filesystems');
  const outcomes = [
    ['item filesystems', 'root', 'ok'],
    ['item filesystems', 'gone', 'failed'],
    ['item plugins', 'given', 'ok'],
    ['item plugins', 'late', 'deadline'],
  ] as const;
  for (const [name, item, outcome] of outcomes)
    assert.equal(attributesOf(named(spans, name, item))['ops_monitor.outcome'], outcome, `${name} ${item}`);
  const gone = named(spans, 'item filesystems', 'gone');
  assert.equal(gone.parentSpanId, filesystems.spanId);
  assert.equal(gone.status?.code, 2);
  assert.match(gone.status?.message ?? '', /does not exist/);
  assert.equal(attributesOf(gone)['error.type'], 'error');
  const late = named(spans, 'item plugins', 'late');
  const ms = Number(BigInt(late.endTimeUnixNano) - BigInt(late.startTimeUnixNano)) / 1e6;
  assert.ok(ms >= 900 && ms < 30_000, `a deadline of a second took ${ms} ms`);
  assert.equal(attributesOf(named(spans, 'probe streams'))['ops_monitor.outcome'], 'absent');

  assert.equal(named(spans, 'checks').parentSpanId, named(spans, 'assess-health').spanId);
  const mail = named(spans, 'send mail');
  assert.equal(mail.parentSpanId, named(spans, 'send-alerts').spanId);
  assert.equal(attributesOf(mail)['ops_monitor.outcome'], 'waiting');
}

describe('cycle/traces', () => {
  test('the stages of a cycle, each a process, send one trace whose id is the run id', async (t) => {
    const [site, { url, asked }] = [tracedSite(t, { isLate: true }), await receiver(t)];
    for (const stage of cycle) {
      const { stderr } = await site.run(stage, sendTo(url));
      assert.equal(lostIn(stderr), '');
    }
    assert.deepEqual(
      asked.map(({ method, path, headers }) => [method, path, headers['content-type']]),
      cycle.map(() => ['POST', '/v1/traces', 'application/json']),
    );
    assertCycle(
      asked.flatMap(({ body }) => spansIn(body)),
      site.state,
    );
    const resource = resourceIn(asked[0]?.body ?? '');
    assert.deepEqual([resource['service.name'], resource['ops_monitor.site']], ['ops-monitor', 'traced']);
    assert.doesNotMatch(asked.map(({ body }) => body).join(), /ops@example\.org/);

    asked.length = 0;
    await site.run('confirm-cycle', sendTo(url));
    const names = asked.flatMap(({ body }) => spansIn(body)).map(({ name }) => name);
    assert.deepEqual(names, ['confirm-cycle'], 'a second run by hand sends the span of the cycle again');
  });

  test('run-cycle sends the trace of the whole cycle in one request', async (t) => {
    const [site, { url, asked }] = [tracedSite(t, { isLate: true }), await receiver(t)];
    await site.run('run-cycle', sendTo(url), '--only', 'cycle');
    assert.equal(asked.length, 1);
    assertCycle(spansIn(asked[0]?.body ?? ''), site.state);
  });

  test('every span and attribute that is sent stands in the documentation, and nothing else', async (t) => {
    const [site, { url, asked }] = [tracedSite(t), await receiver(t)];
    await site.run('run-cycle', sendTo(url), '--only', 'cycle');
    const [body = ''] = asked.map((request) => request.body);
    const page = readText(join(root, 'ops', 'docs', 'tracing.md'));
    const table = (heading: string): string[] => {
      const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
      return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
    };
    /** The name as in the table, where it has a part that differs. */
    const general = (name: string): string =>
      cycle.includes(name)
        ? 'STAGE'
        : name.replace(/^(probe|item) .*$/, '$1 SECTION').replace(/^(ops_monitor\.count\.).*$/, '$1NAME');
    const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();
    const spans = spansIn(body);
    assert.deepEqual(sorted(spans.map(({ name }) => general(name))), sorted(table('Spans')));
    const attributes = [resourceIn(body), ...spans.map(attributesOf)].flatMap((one) => Object.keys(one)).map(general);
    // Only where there are more than a thousand spans.
    attributes.push('ops_monitor.spans_left_out');
    assert.deepEqual(sorted(attributes), sorted(table('Attributes')));
  });

  test('a receiver that is slow, broken, silent or away changes neither the exit code nor a file', async (t) => {
    const slow = createServer((request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end('{}'), 300));
    });
    const away = await freePort();
    const broken = await serveHttp(t, () => ({ status: 500, body: '{"message":"no space"}' }));
    const partly = await serveHttp(t, () => ({
      status: 200,
      body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too long"}}',
    }));
    const elsewhere = await serveHttp(t, () => ({ status: 302 }));
    const silent = await listenSilently(t);
    const receivers: [name: string, environment: NodeJS.ProcessEnv, problem: RegExp | undefined][] = [
      ['off', {}, undefined],
      ['slow', sendTo(`http://127.0.0.1:${await listen(t, slow)}`), undefined],
      ['broken', sendTo(broken.url), /could not be sent to 127\.0\.0\.1:\d+: it answered 500: no space$/],
      ['partly', sendTo(partly.url), /it rejected 2 spans: too long$/],
      ['elsewhere', sendTo(elsewhere.url), /it answered 302$/],
      [
        'silent',
        { ...sendTo(`http://127.0.0.1:${silent}`), OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
        /no answer within 0\.3 s$/,
      ],
      ['silent for long', sendTo(`http://127.0.0.1:${silent}`), /no answer within 2 s$/],
      ['away', sendTo(`http://127.0.0.1:${away}`), /ECONNREFUSED/],
      ['no address', sendTo('4318'), /is not an http or https URL: no trace is sent$/],
      [
        'another protocol',
        { ...sendTo(broken.url), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
        /sent as http\/json; .*answered 500/,
      ],
    ];
    /** What a run leaves, but for times and ids. */
    const left = (state: string): unknown => {
      const files = readdirSync(state, { recursive: true, encoding: 'utf8' }).sort();
      const records = cycle.slice(0, 2).map((stage) => {
        const { outcome, exit_code, counts, problems } = JSON.parse(
          readText(join(state, 'stages', `${stage}.json`)),
        ) as StageRecord;
        return {
          outcome,
          exit_code,
          counts,
          problems: problems.map((words) => words.replaceAll(/ops-monitor-test-\w+/g, '')),
        };
      });
      return { files, records };
    };
    let usual: unknown;
    for (const [name, environment, problem] of receivers) {
      const site = tracedSite(t);
      for (const stage of ['collect-snapshot', 'assess-health']) {
        const { status, stderr } = await site.run(stage, environment);
        const { outcome } = journalOf(stderr);
        assert.deepEqual([status, outcome], [0, 'ok'], `${name}: ${stderr}`);
        const lost = lostIn(stderr);
        if (problem === undefined) assert.equal(lost, '', name);
        else assert.match(lost, problem, name);
      }
      usual ??= left(site.state);
      assert.deepEqual(left(site.state), usual, name);
    }
  });

  test('headers reach the receiver, and are in no output and in no child', async (t) => {
    const site = tracedSite(t);
    const echo = await serveHttp(t, () => ({ status: 401, body: '{"message":"who is tok-4711-secret?"}' }));
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=tok-4711-secret' };
    const { stdout, stderr } = await site.run('collect-snapshot', { ...sendTo(echo.url), ...headers });
    assert.equal(echo.asked[0]?.headers['x-api-key'], 'tok-4711-secret');
    assert.match(stderr, /it answered 401: who is …\?/);
    const given = readText(join(site.folder, 'plugin-environment'));
    assert.doesNotMatch(stdout + stderr + given + echo.asked[0]?.body, /tok-4711/);
  });

  test('a receiver that repeats the token behind the scheme of a header does not bring it into the journal', async (t) => {
    const site = tracedSite(t);
    const echo = await serveHttp(t, () => ({ status: 401, body: '{"message":"unknown token tok-4711-secret"}' }));
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer tok-4711-secret' };
    const { stderr } = await site.run('collect-snapshot', { ...sendTo(echo.url), ...headers });
    assert.equal(echo.asked[0]?.headers['authorization'], 'Bearer tok-4711-secret');
    assert.match(stderr, /it answered 401: unknown token …$/m);
    assert.doesNotMatch(stderr, /tok-4711/);
  });

  test('a run that is ended while the receiver of its trace does not answer is in the journal', async (t) => {
    const site = tracedSite(t);
    const { url, asked } = await serveHttp(t, () => {
      const pid = Number(resourceIn(asked.at(-1)?.body ?? '')['process.pid']);
      assert.ok(pid > 1 && pid !== process.pid);
      process.kill(pid, 'SIGKILL');
      return { status: 200 };
    });
    const { status, stderr } = await site.run('collect-snapshot', sendTo(url));
    assert.notEqual(status, 0);
    assert.equal(journalOf(stderr).outcome, 'ok', stderr);
  });

  test('plugins and commands of gates are given the span of their stage as TRACEPARENT', async (t) => {
    const [site, { url, asked }] = [tracedSite(t), await receiver(t)];
    const spans = [
      ['collect-snapshot', 'plugin-environment'],
      ['run-gate', 'gate-environment'],
    ] as const;
    for (const [stage, file] of spans) {
      asked.length = 0;
      await site.run(stage, { ...sendTo(url), TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
      const { traceId, spanId, parentSpanId } = named(spansIn(asked[0]?.body ?? ''), stage);
      assert.match(readText(join(site.folder, file)), new RegExp(`^TRACEPARENT=00-${traceId}-${spanId}-01$`, 'm'));
      assert.notEqual(traceId, 'a'.repeat(32), 'the trace of a caller is not that of the run');
      assert.notEqual(parentSpanId, 'b'.repeat(16));
    }
  });

  test('a caller that names the run’s own trace is the parent of the stage', async (t) => {
    const [site, { url, asked }] = [tracedSite(t), await receiver(t)];
    await site.run('collect-snapshot');
    const { run_id } = JSON.parse(readText(join(site.state, 'raw', 'latest.json'))) as { run_id: string };
    await site.run('assess-health', { ...sendTo(url), TRACEPARENT: `00-${run_id}-${'b'.repeat(16)}-01` });
    assert.equal(named(spansIn(asked[0]?.body ?? ''), 'assess-health').parentSpanId, 'b'.repeat(16));
  });

  test('a dry run, a run that only prints, and a run with OTEL_SDK_DISABLED send nothing', async (t) => {
    const [site, { url, asked }] = [tracedSite(t), await receiver(t)];
    await site.run('collect-snapshot', sendTo(url), '--dry-run');
    await site.run('collect-snapshot', { ...sendTo(url), OTEL_SDK_DISABLED: 'true' });
    await site.run('assess-health', sendTo(url), '--nagios');
    assert.equal(asked.length, 0);
    await site.run('assess-health', sendTo(url));
    assert.equal(asked.length, 1);
  });

  test('no bundle needs the sender while tracing is off, and without the sender a traced run goes on', async (t) => {
    const [site, { url }] = [tracedSite(t), await receiver(t)];
    const dist = join(site.folder, 'dist');
    cpSync(join(root, 'dist'), dist, { recursive: true });
    const sender = join(dist, 'lib-cli-trace.cjs');
    assert.match(readText(sender), /resourceSpans/);
    rmSync(sender);
    const bundles = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
    assert.ok(bundles.length > 50);
    assert.deepEqual(
      bundles.filter((name) => readText(join(dist, name)).includes('resourceSpans')),
      [],
    );
    const run = (more: NodeJS.ProcessEnv) =>
      runBeside([process.execPath, join(dist, 'collect-snapshot.cjs'), '--config', join(site.folder, 'config.yaml')], {
        PATH: process.env['PATH'],
        HOME: site.folder,
        XDG_RUNTIME_DIR: join(site.folder, 'run'),
        ...more,
      });
    const [off, on] = [await run({}), await run(sendTo(url))];
    assert.deepEqual([off.status, on.status], [0, 0], off.stderr + on.stderr);
    assert.doesNotMatch(off.stderr, /trace/);
    assert.match(on.stderr, /the trace could not be sent: /);
  });
});
