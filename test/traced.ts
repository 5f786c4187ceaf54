// A site whose cycle has everything that a trace shows, and the spans that a receiver was sent.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { environmentIn, root, runBeside } from './process.ts';
import { temporaryFolder } from './world.ts';

export const cycle = ['collect-snapshot', 'assess-health', 'write-report', 'send-alerts', 'confirm-cycle'];

/** Readings that are good, absent, failed and, on request, too late; a mail that no server takes; a plugin that says what it was
 * given. */
export function tracedSite(t: TestContext, { isLate = false } = {}) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const work = join(folder, 'work');
  mkdirSync(work);
  const script = (name: string, text: string): string => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return join(folder, name);
  };
  const plugin = script('plugin', `env > ${join(folder, 'plugin-environment')}\necho fine`);
  const late = script('late', 'exec sleep 1000');
  const gate = script('gate', `env > ${join(folder, 'gate-environment')}`);
  writeFileSync(join(folder, 'gate.json'), JSON.stringify({ verdict: 'fail', decided_at: '2026-01-01', counts: {} }));
  writeFileSync(
    config,
    [
      'site: traced',
      `files: { state: ${state} }`,
      `filesystems: { root: /, gone: ${join(folder, 'gone')} }`,
      `plugins: { given: [${plugin}]${isLate ? `, late: { command: [${late}], timeout: 1s }` : ''} }`,
      `gates: { release: ${join(folder, 'gate.json')} }`,
      `gate-runs: { build: { folder: ${work}, phases: { compile: { command: [${gate}] } } } }`,
      'alerts: { to: [ops@example.org], transport: smtp, rules: { red: { red-for: 0s } } }',
    ].join('\n'),
  );
  const env = { ...environmentIn(folder), OPS_ALERT_SMTP_HOST: '127.0.0.1', OPS_ALERT_SMTP_PORT: '1' };
  return {
    folder,
    state,
    run: (stage: string, more: NodeJS.ProcessEnv = {}, ...argv: string[]) =>
      runBeside([process.execPath, join(root, 'dist', `${stage}.cjs`), '--config', config, ...argv], {
        ...env,
        ...more,
      }),
  };
}

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[];
  readonly status?: { code: number; message: string };
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: Pick<SentSpan, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

export const spansIn = (body: string): SentSpan[] =>
  (JSON.parse(body) as Request).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

export const resourceIn = (body: string): Record<string, unknown> =>
  Object.assign({}, ...(JSON.parse(body) as Request).resourceSpans.map(({ resource }) => attributesOf(resource)));

export const attributesOf = ({ attributes }: Pick<SentSpan, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
