import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { effectiveValues, originOf } from '../../lib/config/origin.ts';
import { resolve } from '../../lib/config/resolve.ts';
import { configurationOf, readText } from '../world.ts';

const problemsOf = (text: string): string => {
  const resolved = resolve({ path: 'site.yaml', text });
  assert.ok('problems' in resolved, `accepted: ${text}`);
  return resolved.problems.join('\n');
};

test('without a configuration, and with an empty one, everything has its default', () => {
  const none = resolve(undefined);
  assert.ok('config' in none);
  assert.equal(none.config.site, 'local');
  assert.equal(none.config.interval, 300);
  assert.deepEqual(none.config.limits['filesystem'], { amber: 80, red: 90, for: {} });
  assert.deepEqual(configurationOf('# nothing\n'), none.config);
});

test('the first site’s configuration is valid, and says what the specification says', () => {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'ops', 'examples', 'aurora.yaml');
  const config = configurationOf(readText(path));
  assert.equal(config.site, 'aurora');
  assert.deepEqual(config.alerts.to, ['gamb2le@ncas.ac.uk']);
  assert.equal(config.files.raw, '/project/aurora/raw/ops_monitor');
  assert.equal(config.files.state, '/data/aurora/products/ops_monitor');
  assert.equal(config.streams['hatpro']?.window, 3 * 3600);
  assert.equal(config.archive.title, 'Aurora operations monitoring');
  assert.deepEqual(config.limits['voltage'], { amber: 52, red: 50, for: {} });
});

// What somebody writes, and what they must be told: the place, what is wrong with it, and what would be right.
const mistakes: [text: string, told: RegExp[]][] = [
  ['intervall: 5m', [/^site\.yaml:1:1: unknown key intervall; did you mean interval, as in `interval: 5m`\?/]],
  ['site: a\ninterval: 5', [/^site\.yaml:2:11: interval: expected a duration with its unit, such as "5m"; got 5/]],
  ['interval: 5 parsecs', [/got "5 parsecs"/]],
  [
    'limits:\n  filesystem: { amber: 80 }',
    [/^site\.yaml:2:24: limits\.filesystem\.amber: expected a percentage, such as "80%"; got 80/],
  ],
  ['limits: { filesystm: { amber: 80% } }', [/unknown key limits\.filesystm; did you mean filesystem/]],
  ['limits: { voltage: { amber: 52 } }', [/expected a number of V, such as "52 V"; got 52/]],
  ['limits: { dirty: { amber: 1.5 } }', [/limits\.dirty\.amber: expected a whole number, such as 3; got 1\.5/]],
  ['filesystems: { data: data }', [/filesystems\.data: expected an absolute path, such as "\/data"; got "data"/]],
  [
    'filesystems: { y: { pth: /y } }',
    [/filesystems\.y\.path is missing/, /unknown key filesystems\.y\.pth; did you mean path\?/],
  ],
  ['filesystems: [/a]', [/filesystems: expected a mapping; got a list/]],
  ['filesystems: { a-b: /x, a_b: /y }', [/^site\.yaml:1:\d+: .*"a-b" and "a_b" would be one variable in the archive/]],
  ['services: [a.timer, a-timer.service, a_timer.service]', [/"a-timer.service" and "a_timer.service" would be one/]],
  ['filesystems: { x: { path: /x, host: nowhere } }', [/there is no host "nowhere" under `hosts`/]],
  ['services: a.service', [/services: expected a list; got "a\.service"/]],
  ['services: [a]', [/services\.0: expected a unit with its type, such as "sync\.timer"; got "a"/]],
  ['dashboard: { url: "ftp://x" }', [/dashboard\.url: expected an http\(s\) URL; got "ftp:\/\/x"/]],
  ['endpoints: { a: "http://user:word@x/" }', [/a password in a URL/]],
  ['endpoints: { a: { url: "http://x/", timeout: 1m } }', [/timeout: at most 9s/]],
  ['thermal: { for: [{}] }', [/thermal\.for\.0: says nothing: it would fit every sensor/]],
  ['dashboard: { url: "http://x/" }\nendpoints: { dashboard: "http://y/" }', [/the name `dashboard` is taken/]],
  ['alerts: { to: [me] }', [/alerts\.to\.0: expected a mail address, or webhook:NAME; got "me"/]],
  [
    'alerts: { to: ["webhook:chat"] }',
    [/alerts\.to: there is no webhook "chat" under `alerts\.webhooks` \(there: none\)/],
  ],
  [
    'alerts: { webhooks: { chat: { url: $CHAT } }, rules: { storage: { for: { data: { to: ["webhook:caht"] } } } } }',
    [/alerts\.rules\.storage\.for\.data\.to: there is no webhook "caht" .*\(there: chat\)/],
  ],
  [
    'alerts: { webhooks: { chat: { url: "https://chat.example.org/T0/x" } } }',
    [/alerts\.webhooks\.chat\.url: .*never the secret/],
  ],
  ['alerts: { webhooks: { chat: { url: $CHAT, style: irc } } }', [/alerts\.webhooks\.chat\.style: .*"slack"/]],
  ['alerts: { alertmanager: { urls: [] } }', [/alerts\.alertmanager\.urls/]],
  ['alerts: { alertmanager: { urls: ["ftp://am"] } }', [/alerts\.alertmanager\.urls\.0: .*http or https URL/]],
  [
    'alerts: { alertmanager: { urls: ["http://user:hunter2@am:9093"] } }',
    [/alerts\.alertmanager\.urls\.0: a login in a URL .*\$NAME/],
  ],
  ['alerts: { alertmanager: { urls: ["https:///token@am:9093"] } }', [/alertmanager\.urls\.0: a login in a URL/]],
  ['alerts: { alertmanager: { urls: ["http://user:hunter2@a m:9093"] } }', [/alertmanager\.urls\.0: a login in a URL/]],
  ['endpoints: { a: "http:///user:word@x/" }', [/a password in a URL/]],
  ['dashboard: { url: "http:///user@x/" }', [/a password in a URL/]],
  ['alerts: { transport: pigeon }', [/alerts\.transport: .*"mailx"/]],
  [
    'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: [servcie], reason: x }] }',
    [/^site\.yaml:1:\d+: alerts\.maintenance\.0\.rules\.0: there is no rule "servcie"; did you mean service\?/],
  ],
  [
    'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["strage:data"], reason: x }] }',
    [/there is no rule "strage"; did you mean storage\?/],
  ],
  [
    'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["storage:"], reason: x }] }',
    [/expected a rule, or rule:subject; got "storage:"/],
  ],
  [
    'limits: { heartbeat: { red: 3 } }',
    [/expected a duration, or a number of intervals, such as "3 intervals"; got 3/],
  ],
  ['limits: { heartbeat: { red: 0 intervals } }', [/got "0 intervals"/]],
  ['alerts: { rules: { storage: { hold: -1s } } }', [/hold: expected a duration .*got "-1s"/]],
  ['alerts: { repeat: 0s }', [/alerts\.repeat: expected a duration .*got "0s"/]],
  [
    'site: a\nfilesystems:\n  "a b": /data',
    [/^site\.yaml:3:3: filesystems\.a b: expected a name of letters, digits and _ \. @ : -, at most 64; got "a b"$/m],
  ],
  ['alerts: { webhooks: { "my chat": { url: $CHAT } } }', [/alerts\.webhooks\.my chat: expected a name .*"my chat"$/m]],
  [
    'alerts: { alertmanager: { urls: ["http://am"], labels: { a-b: c } } }',
    [/labels\.a-b: expected a label of letters, digits and _$/m],
  ],
  ['site: a\nsite: b', [/^site\.yaml:2:1: Map keys must be unique/]],
  ['site: [1\nb: c: d', [/site\.yaml:2:/]],
  ['- a', [/the configuration: expected a mapping; got a list/]],
  ['just words', [/the configuration: expected a mapping; got "just words"/]],
];

test('every mistake is told with its place, what is wrong and what would be right', () => {
  assert.ok(mistakes.length >= 20);
  for (const [text, told] of mistakes) for (const words of told) assert.match(problemsOf(text), words, text);
});

test('an age in intervals is shown as it is written, and counts in seconds', () => {
  const text = 'interval: 1h\nlimits: { heartbeat: { red: 1.5 intervals } }\n';
  const values = effectiveValues({ path: 'site.yaml', text });
  const shown = ['limits.heartbeat.amber', 'limits.heartbeat.red', 'alerts.rules.snapshot.older-than'].map((key) => {
    const { value, origin } = values.find((one) => one.key === key) ?? assert.fail(key);
    return `${value} from ${origin}`;
  });
  assert.deepEqual(shown, ['4 intervals from default', '1.5 intervals from site.yaml:2', '3 intervals from default']);
  assert.deepEqual(configurationOf(text).limits.heartbeat, { amber: 14_400, red: 5400 });
  assert.deepEqual(configurationOf('').limits.heartbeat, { amber: 1200, red: 7200 });
});

test('a hold of nothing, and maintenance of a rule or of one subject, are no mistakes', () => {
  const { alerts } = configurationOf(
    'alerts: { rules: { storage: { hold: 0s, clear-hold: 0s, for: { data: { hold: 0m } } }, stream: { stale-for: 0s } }, maintenance: [{ every: "daily 02:00-03:00", rules: [service, "storage:/data"], reason: x }] }',
  );
  const { storage, stream }: Readonly<Record<string, object>> = alerts.rules;
  assert.deepEqual(storage, { at: 80, hold: 0, 'clear-hold': 0, for: { data: { hold: 0 } } });
  assert.deepEqual(stream, { 'stale-for': 0, for: {} });
  assert.deepEqual(alerts.maintenance[0]?.rules, ['service', 'storage:/data']);
});

test('all mistakes are told at once, in the order of the file, with the line and a mark under the place', () => {
  const told = problemsOf('site: a\nintervall: 5m\nlimits:\n  memory: { amber: 90 }\n');
  assert.match(told, /site\.yaml:2:1:[^]*site\.yaml:4:20:/);
  assert.match(told, /\n {2}intervall: 5m\n {2}\^/);
  assert.match(told, /\n {4}memory: \{ amber: 90 \}\n {21}\^/);
});

test('a line with escape sequences is not shown on the terminal of whoever checks it', () => {
  assert.ok(!problemsOf('"\u001B[2Jsite": a').includes('\u001B'));
});

test('a hundred mistakes are cut to what a person reads', () => {
  const told = resolve({ path: 'x', text: Array.from({ length: 100 }, (_, index) => `k${index}: 1`).join('\n') });
  assert.ok('problems' in told && told.problems.length === 31);
  assert.equal(told.problems.at(-1), 'and 70 more');
});

test('each effective value is printed as it would be written, with the line or that it is the default', () => {
  const text =
    'site: aurora\n\nlimits:\n  filesystem:\n    red: 95%\n    for: { scratch: { amber: 99% } }\nfilesystems: { data: /data }\nservices: [a.timer]\n';
  const values = effectiveValues({ path: 'site.yaml', text });
  const line = (key: string) => {
    const found = values.find((one) => one.key === key);
    return found && `${found.value} from ${found.origin}`;
  };
  assert.equal(line('site'), 'aurora from site.yaml:1');
  assert.equal(line('interval'), '5m from default');
  assert.equal(line('limits.filesystem.red'), '95% from site.yaml:5');
  assert.equal(line('limits.filesystem.amber'), '80% from default');
  assert.equal(line('limits.filesystem.for.scratch.amber'), '99% from site.yaml:6');
  assert.equal(line('services'), '[a.timer] from site.yaml:8');
  assert.equal(originOf(values, 'limits.filesystem.for.scratch.amber'), 'site.yaml:6');
  assert.equal(originOf(values, 'limits.filesystem.amber'), 'default (80%)');
  assert.equal(originOf(values, 'filesystems.data.read-only'), 'default, for what is configured at site.yaml:7');
  assert.ok(values.length >= 30, `${values.length} values`);
});
