// Words that somebody else chose, in every file that a stage reads: names of built-in properties, empty and impossible times.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

const stages = ['assess-health', 'write-report', 'send-alerts', 'confirm-cycle'];
/** Which stages read the files of a folder, where not all do. */
const readers: Readonly<Record<string, readonly string[]>> = {
  health: ['assess-health', 'write-report'],
  alerts: ['write-report', 'send-alerts'],
  stages: ['assess-health', 'confirm-cycle'],
};
const builtIn = ['toString', 'constructor', 'hasOwnProperty'];

function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const state = join(folder, 'state');
  const config = join(folder, 'config.yaml');
  const gate = join(folder, 'gate.json');
  writeFileSync(gate, JSON.stringify({ verdict: 'fail', decided_at: new Date().toISOString(), counts: { a: 1 } }));
  mkdirSync(join(folder, 'textfiles'));
  writeFileSync(
    config,
    [
      `files: { state: ${state}, textfiles: ${join(folder, 'textfiles')} }`,
      `gates: { prune: ${gate} }`,
      'filesystems: { missing: /nonexistent }',
      'alerts: { to: [ops@example.org], transport: smtp }',
    ].join('\n'),
  );
  const env = {
    ...environmentIn(folder),
    OPS_MONITOR_CONFIG: config,
    OPS_ALERT_SMTP_HOST: '127.0.0.1',
    OPS_ALERT_SMTP_PORT: '1',
  };
  return { folder, state, run: (...argv: string[]) => runBundle('ops-monitor', argv, env) };
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.jsonl?$/.test(name) && statSync(join(folder, name)).isFile(),
  );

/** Changes of the text of a JSON file; undefined where the file has nothing to change. */
const changes: Readonly<Record<string, (text: string) => string>> = {
  'a level': (text) => text.replaceAll(/"(green|amber|red|unknown)"/g, '"toString"'),
  'an outcome or a status': (text) =>
    text.replaceAll(/"(ok|failed|firing|pending|waiting|accepted)"/g, '"constructor"'),
  'a rule, check or kind': (text) => text.replaceAll(/("(?:rule|check|kind|stage)": ?)"[^"]*"/g, '$1"constructor"'),
  'a subject': (text) => text.replaceAll(/("(?:subject|id)": ?)"[^"]*"/g, '$1"__proto__"'),
  'an empty time': (text) => text.replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '""'),
  'an impossible time': (text) => text.replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"2026-99-99T99:99:99Z"'),
  'a number beyond all': (text) => text.replaceAll(/: ?\d+(?:\.\d+)?(?=[,\n}])/g, ': 1e400'),
  'keys of built-in properties': (text) => text.replace('{', `{${builtIn.map((name) => `"${name}": {}`).join(',')},`),
  __proto__: (text) => text.replace('{', '{"__proto__": {"overall_level": "green"},'),
};

describe('cycle/foreign words', () => {
  test('no word in a file that a stage reads ends a stage with an internal error, or makes NaN in a textfile', (t) => {
    const { folder, state, run } = makeSite(t);
    assert.equal(run('collect-snapshot').status, 0);
    for (const stage of stages) run(stage);
    const sound = join(folder, 'sound');
    cpSync(state, sound, { recursive: true });
    const wrong: string[] = [];
    let cases = 0;
    for (const name of filesBelow(state)) {
      for (const [what, change] of Object.entries(changes)) {
        const text = readFileSync(join(sound, name), 'utf8');
        if (change(text) === text) continue;
        cases += 1;
        rmSync(state, { recursive: true });
        cpSync(sound, state, { recursive: true });
        const report = join(state, 'health', 'latest_report.md');
        rmSync(report, { force: true });
        const reading = readers[name.split('/')[0] ?? ''] ?? stages;
        for (const stage of reading) {
          // The stages before may have replaced the damaged file.
          writeFileSync(join(state, name), change(text));
          const { status, stdout, stderr } = run(stage);
          const said = `${stdout}${stderr}`;
          // Without a verdict there is no report; the stage says so, and its record is red.
          const isRefused = stage === 'write-report' && /latest_health\.json is not as expected/.test(said);
          if (
            (status !== 0 && !isRefused) ||
            /Invalid time value|TypeError|RangeError|undefined|is not a function|\bNaN\b/.test(said)
          )
            wrong.push(`${name}, ${what}: ${stage} ${status} ${said.slice(0, 300)}`);
        }
        if (reading.includes('write-report') && !existsSync(report) && !name.endsWith('latest_health.json'))
          wrong.push(`${name}, ${what}: no report`);
        for (const file of readdirSync(join(folder, 'textfiles'))) {
          const lines = readFileSync(join(folder, 'textfiles', file), 'utf8');
          const bad = lines.split('\n').filter((line) => /NaN|Inf/.test(line.replace(/,message=".*"/, '')));
          if (bad.length > 0) wrong.push(`${name}, ${what}: ${file}: ${bad.join()}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(cases >= 30, `only ${cases} cases`);
  });
});
