// Control characters in words that somebody else chose pass no outlet: terminal, report, metrics, mail, webhook, journal.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

/** ESC, BEL, CR, DEL, C1, line separators, marks that turn the direction of writing, and Markdown and HTML. */
const evil =
  'x\u001B[31m\u001B[8m\u0007\r\u007F\u0085\u009B\u2028\u202Etxt\u2066|`<script>alert(1)</script>[a](http://b)';
// oxlint-disable-next-line no-control-regex -- control characters are what must not pass
const control = /[\0-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

describe('cycle/outlets', () => {
  test('no control character of a foreign word passes an outlet, and no markup becomes the report’s', (t) => {
    const folder = temporaryFolder(t);
    const state = join(folder, 'state');
    const textfiles = join(folder, 'textfiles');
    for (const path of [textfiles, join(folder, 'data'), join(folder, 'copy')]) mkdirSync(path);
    const day = new Date().toISOString().slice(0, 10);
    const put = (name: string, content: unknown) =>
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    put('gate.json', { verdict: 'fail', decided_at: '2026-01-01', counts: { [evil]: 1, files: 2 }, reason: evil });
    put('bad.json', { verdict: 'fail', decided_at: evil, counts: {}, reason: evil });
    put('mapped.json', { verdict: 'fail', decided_at: '2026-01-01', counts: { [evil]: evil } });
    put('quota', `#!/bin/sh\nprintf '%s' '${evil.replaceAll('\u0000', '')}' >&2\nexit 3\n`);
    // A name of a file may hold everything but a slash.
    writeFileSync(join(folder, 'data', `${evil.replaceAll('/', '_')}_${day}.nc`), 'x');
    put(
      'config.yaml',
      [
        `files: { state: ${state}, textfiles: ${textfiles} }`,
        `gates: { prune: ${join(folder, 'gate.json')}, bad: ${join(folder, 'bad.json')}, mapped: ${join(folder, 'mapped.json')} }`,
        `workspace: { path: ${folder}, network: false, usage: { command: [/bin/sh, ${join(folder, 'quota')}] } }`,
        `streams: { s: { source: { root: ${join(folder, 'data')} }, mirrors: { m: { root: ${join(folder, 'copy')} } } } }`,
        'alerts: { to: [ops@example.org], transport: smtp, rules: { red: { red-for: 0s } } }',
      ].join('\n'),
    );
    const env = {
      ...environmentIn(folder),
      OPS_MONITOR_CONFIG: join(folder, 'config.yaml'),
      OPS_ALERT_SMTP_HOST: '127.0.0.1',
      OPS_ALERT_SMTP_PORT: '1',
    };
    const outputs: [outlet: string, text: string][] = [];
    const run = (...argv: string[]): void => {
      const { stdout, stderr } = runBundle('ops-monitor', argv, env);
      outputs.push([`${argv.join(' ')} (stdout)`, stdout], [`${argv.join(' ')} (stderr)`, stderr]);
    };
    run('check-config');
    assert.match(outputs[0]?.[1] ?? '', /ok|fine|valid/i, JSON.stringify(outputs));
    run('run-cycle');
    run('silence', 'gates', '--for', '1h', '--reason', evil);
    for (const stage of ['collect-snapshot', 'assess-health', 'write-report', 'send-alerts', 'confirm-cycle'])
      run(stage);
    run('collect-snapshot', '--json');
    run('assess-health', '--nagios');
    run('assess-health', '--json');
    run('write-report', '--print');
    run('explain');
    run('explain', evil);
    for (const id of [
      'gate-verdict:prune',
      'gate-verdict:bad',
      'workspace-usage:workspace',
      'mirror-coverage:s.m',
      'stream-age:s',
    ])
      run('explain', id);
    run('silence', '--list');
    run(evil);
    for (const path of filesBelow(folder)) {
      if (/\.(md|prom)$/.test(path)) outputs.push([path, readText(path)]);
      // The text of a waiting message, as it would go out.
      if (/outbox.*\.json$/.test(path))
        JSON.parse(readText(path), (key, value: unknown) => {
          if (typeof value === 'string') outputs.push([`${path}: ${key}`, value.replaceAll('\r\n', '\n')]);
          return value;
        });
    }
    const leaks = outputs.filter(([, text]) => control.test(text));
    assert.deepEqual(
      leaks.map(([outlet, text]) => [
        outlet,
        JSON.stringify(text.slice(Math.max(0, text.search(control) - 60)).slice(0, 120)),
      ]),
      [],
    );
    const report = readText(join(state, 'health', 'latest_report.md'));
    assert.match(report, /script/, 'the foreign words are in the report');
    assert.doesNotMatch(report, /(?<!\\)<script>|(?<!\\)\[a\]?\(/);
    assert.ok(
      outputs.some(([outlet]) => outlet.includes('outbox')),
      'there is a mail',
    );
    assert.ok(outputs.length >= 40, `only ${outputs.length} outlets`);
  });
});
