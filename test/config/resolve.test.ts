import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { effectiveValues, originOf } from '../../lib/config/origin.ts';
import { resolve } from '../../lib/config/resolve.ts';
import { configurationOf, readText } from '../world.ts';

const problemsOf = (text: string): string => {
  const resolved = resolve({ path: 'site.yaml', text });
  assert.ok('problems' in resolved, `accepted: ${text}`);
  return resolved.problems.join('\n');
};

describe('config/resolve', () => {
  test('without a configuration, or with an empty one, all values are defaults', () => {
    const none = resolve(undefined);
    assert.ok('config' in none);
    assert.equal(none.config.site, 'local');
    assert.equal(none.config.interval, 300);
    assert.deepEqual(none.config.limits['filesystem'], { amber: 80, red: 90, for: {} });
    assert.deepEqual(configurationOf('# nothing\n'), none.config);
  });

  test('the example configuration is valid and has the values of the specification', () => {
    const path = join(import.meta.dirname, '..', '..', 'ops', 'examples', 'aurora.yaml');
    const config = configurationOf(readText(path));
    assert.equal(config.site, 'aurora');
    assert.deepEqual(config.alerts.to, ['gamb2le@ncas.ac.uk']);
    assert.equal(config.files.raw, '/project/aurora/raw/ops_monitor');
    assert.equal(config.files.state, '/data/aurora/products/ops_monitor');
    assert.equal(config.streams['hatpro']?.window, 3 * 3600);
    assert.equal(config.archive.title, 'Aurora operations monitoring');
    assert.deepEqual(config.limits['voltage'], { amber: 52, red: 50, for: {} });
  });

  // Each message names the place, the mistake, and what would be right.
  const mistakes: [text: string, told: RegExp[]][] = [
    ['intervall: 5m', [/^site\.yaml:1:1: unknown key intervall; did you mean interval, as in `interval: 5m`\?/]],
    ['site: a\ninterval: 5', [/^site\.yaml:2:11: interval: expected a duration with its unit, such as "5m"; got 5/]],
    ['interval: 5 parsecs', [/got "5 parsecs" \(units: ms, s, m, h, d, w\)/]],
    ['interval: 400d', [/interval: expected a duration .*; got "400d" \(at most 1d\)/]],
    ['keep: { raw: 1y }', [/keep\.raw: expected a duration .*; got "1y" \(units: ms, s, m, h, d, w\)/]],
    ['limits: { gate: { amber: 9999d } }', [/got "9999d" \(at most 3660d\)/]],
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
    [
      'filesystems: { a-b: /x, a_b: /y }',
      [/^site\.yaml:1:\d+: .*"a-b" and "a_b" would be one variable in the archive/],
    ],
    ['services: [a.timer, a-timer.service, a_timer.service]', [/"a-timer.service" and "a_timer.service" would be one/]],
    ['filesystems: { x: { path: /x, host: nowhere } }', [/there is no host "nowhere" under `hosts`/]],
    ['services: a.service', [/services: expected a list, as in `\[a\.service\]`; got "a\.service"/]],
    ['services: [a]', [/services\.0: expected a unit with its type, such as "sync\.timer"; got "a"/]],
    [
      'dashboard: { url: "ftp://x" }\nendpoints: { a: www }',
      [
        /dashboard\.url: expected an http\(s\) URL, such as "https:\/\/www\.example\.org\/"; got "ftp:\/\/x"$/m,
        /endpoints\.a: expected an http\(s\) URL, such as "https:\/\/www\.example\.org\/"; got "www"$/m,
      ],
    ],
    ['site: ""', [/site: expected at least 1 character; got ""/]],
    ['thermal: { samples: 0 }', [/thermal\.samples: expected at least 1; got 0/]],
    ['thermal: { samples: 101 }', [/thermal\.samples: expected at most 100; got 101/]],
    ['workspace: { path: /x, usage: { command: [] } }', [/usage\.command: expected at least 1 entry; got a list/]],
    [
      'site: a\n---\nsite: b',
      [/^site\.yaml:2:1: a second YAML document begins here; a configuration is a single document$/m],
    ],
    ['endpoints: { a: "http://user:word@x/" }', [/a password in a URL/]],
    ['endpoints: { a: { url: "http://x/", timeout: 1m } }', [/timeout: at most 9s/]],
    ['thermal: { for: [{}] }', [/thermal\.for\.0: says nothing: it would fit every sensor/]],
    ['dashboard: { url: "http://x/" }\nendpoints: { dashboard: "http://y/" }', [/the name `dashboard` is taken/]],
    [
      'streams: { s: { source: { root: /x, files: "{yyyy}/{MM}/*.nc", time: name } } }',
      [
        /^site\.yaml:1:44: streams\.s\.source\.files: "\{yyyy\}\/\{MM\}\/\*\.nc" has no \{dd\}: with `time: name` .* against a window of 1\.5h \(an example: `files: \{yyyy\}/m,
      ],
    ],
    ['streams: { s: { source: { root: /x, time: name } } }', [/"\*\*\/\*" has no \{yyyy\}, \{MM\}, \{dd\}: /]],
    [
      'streams: { s: { window: 3h, source: { root: /x, files: "{yyyy}{MM}{dd}.nc", time: name } } }',
      [/in steps of 1d, too coarse for a window of 3h: .* or a window of 1d or more/],
    ],
    [
      'streams: { s: { source: { root: /x, files: "{yyyy}/{mm}/{dd}/*.nc" } } }',
      [/"\{yyyy\}\/\{mm\}\/\{dd\}\/\*\.nc": \{mm\} is minutes, \{MM\} the month/],
    ],
    [
      'alerts: { maintenance: [{ every: "Frydays 09:00-10:00", reason: x }] }',
      [/maintenance\.0\.every: expected days and hours in UTC, .*"Mon-Fri 23:30-00:30".*; got "Frydays 09:00-10:00"$/m],
    ],
    [
      'alerts: { to: [ops.example.org] }',
      [/alerts\.to\.0: expected a mail address, a user of this machine, or webhook:NAME; got "ops\.example\.org"/],
    ],
    ['alerts: { to: ops@ }', [/alerts\.to: expected a mail address, .*; got "ops@"/]],
    ['alerts: { escalate: { after: 1d, to: [] } }', [/alerts\.escalate\.to: expected somebody/]],
    [
      'alerts: { rules: { red: { for: { endpoint-stauts: { red-for: 5m } } } } }',
      [/alerts\.rules\.red\.for\.endpoint-stauts: there is no check "endpoint-stauts"; did you mean endpoint-status\?/],
    ],
    [
      'alerts: { maintenance: [{ every: "daily 01:00-02:00", rules: ["red:endpoint-stauts:web"], reason: x }] }',
      [/alerts\.maintenance\.0\.rules\.0: there is no check "endpoint-stauts"/],
    ],
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
    [
      'alerts: { alertmanager: { urls: ["http://user:hunter2@a m:9093"] } }',
      [/alertmanager\.urls\.0: a login in a URL/],
    ],
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
    ['alerts: { repeat: 0s }', [/alerts\.repeat: expected a duration .*got "0s" \(more than none\)/]],
    [
      'site: a\nfilesystems:\n  "a b": /data',
      [/^site\.yaml:3:3: filesystems\.a b: expected a name of letters, digits and _ \. @ : -, at most 64; got "a b"$/m],
    ],
    [
      'alerts: { webhooks: { "my chat": { url: $CHAT } } }',
      [/alerts\.webhooks\.my chat: expected a name .*"my chat"$/m],
    ],
    [
      'alerts: { alertmanager: { urls: ["http://am"], labels: { a-b: c } } }',
      [/labels\.a-b: expected a label of letters, digits and _$/m],
    ],
    ['site: a\nsite: b', [/^site\.yaml:2:1: the key site is given twice/]],
    ['site: [1\nb: c: d', [/site\.yaml:2:/]],
    ['- a', [/the configuration: expected a mapping; got a list/]],
    ['just words', [/the configuration: expected a mapping; got "just words"/]],
  ];

  test('the example of checks without code is valid', () => {
    const path = join(import.meta.dirname, '..', '..', 'ops', 'examples', 'checks-without-code.yaml');
    const { plugins, metrics } = configurationOf(readText(path));
    assert.deepEqual([Object.keys(plugins).length, Object.keys(metrics).length], [4, 5]);
  });

  test('a secret that stands in the file is in no message, neither its own nor those of other mistakes in its line', () => {
    const text = 'push: { url: ftp://x, password: hunter2-secret, nonsense: hunter2-secret }\n';
    const said = problemsOf(text);
    assert.match(said, /push\.password: expected the name of an environment variable/);
    assert.match(said, /unknown key push\.nonsense/);
    assert.match(said, /password: \*{14},/);
    assert.doesNotMatch(said, /hunter2/);
  });

  test('every mistake is reported with its place, what is wrong and what would be right', () => {
    assert.ok(mistakes.length >= 20);
    for (const [text, told] of mistakes) for (const words of told) assert.match(problemsOf(text), words, text);
  });

  const fallsBelow = new Set(['voltage', 'charge', 'coverage', 'certificate']);

  test('limits in the wrong order are refused, with both values, their places and the right order', () => {
    const told = problemsOf('limits:\n  filesystem: { amber: 95%, red: 90% }\n  voltage: { amber: 48 V }\n');
    assert.match(
      told,
      /^site\.yaml:2:24: limits\.filesystem\.amber is 95% \(line 2, column 24\), limits\.filesystem\.red is 90% \(line 2, column 34\): amber must not be above red, or nothing is ever amber$/m,
    );
    assert.match(
      told,
      /^site\.yaml:3:21: limits\.voltage\.amber is 48 V \(line 3, column 21\), limits\.voltage\.red is 50 V \(default\): amber must not be below red, or nothing is ever amber$/m,
    );
    const aged = problemsOf('interval: 1h\nlimits: { heartbeat: { red: 1.5 intervals } }');
    assert.match(
      aged,
      /heartbeat\.amber is 4 intervals \(default\), limits\.heartbeat\.red is 1\.5 intervals \(line 2,/,
    );
  });

  test('every limit with amber and red is refused in the wrong order, and accepted when both are equal', () => {
    const pairs = Object.entries(configurationOf('').limits).flatMap(([key, value]) => {
      const { amber, red }: { amber?: number; red?: number } = value as object;
      return amber === undefined || red === undefined ? [] : [[key, amber < red ? 'above' : 'below'] as const];
    });
    assert.ok(pairs.length >= 9, `only ${pairs.join('; ')}`);
    const values = effectiveValues(undefined);
    const usual = (key: string) => values.find((one) => one.key === `limits.${key}`)?.value ?? assert.fail(key);
    for (const [key, side] of pairs) {
      const [amber, red] = [usual(`${key}.amber`), usual(`${key}.red`)];
      assert.ok(side === 'below' || !fallsBelow.has(key), key);
      const turned = problemsOf(`limits: { ${key}: { amber: ${red}, red: ${amber} } }`);
      assert.match(turned, new RegExp(`limits\\.${key}\\.amber is ${red} .* amber must not be ${side} red`), key);
      configurationOf(`limits: { ${key}: { amber: ${red}, red: ${red} } }`);
    }
  });

  test('the limit of one subject is compared with the general limit that it is used with', () => {
    const told = problemsOf(
      'filesystems: { data: /data, root: / }\nlimits:\n  filesystem:\n    red: 85%\n    for: { data: { amber: 99% }, root: { red: 50% } }\n',
    );
    assert.match(
      told,
      /^site\.yaml:5:27: limits\.filesystem\.for\.data\.amber is 99% \(line 5, column 27\), limits\.filesystem\.red is 85% \(line 4, column 10\): amber must/m,
    );
    assert.match(
      told,
      /^site\.yaml:5:47: limits\.filesystem\.amber is 80% \(default\), limits\.filesystem\.for\.root\.red is 50% \(line 5, column 47\): amber/m,
    );
    const shared = problemsOf(
      'limits: { filesystem: &same { amber: 95%, red: 90% }, inodes: *same }\nfilesystems: { data: /data }',
    );
    assert.match(shared, /limits\.inodes\.amber is 95% \(line 1, column 38\), limits\.inodes\.red is 90% \(line 1,/);
  });

  test('a `slow` above the timeout is refused', () => {
    const told = problemsOf('endpoints: { api: { url: "http://x/", slow: 6s } }');
    assert.match(
      told,
      /endpoints\.api\.slow is 6s \(line 1, column 45\), endpoints\.api\.timeout is 5s \(default\): slow must/,
    );
    assert.match(
      problemsOf('dashboard: { url: "http://x/", slow: 3s, timeout: 1s }'),
      /dashboard\.timeout is 1s \(line/,
    );
    configurationOf('dashboard: { url: "http://x/", timeout: 1s }');
  });

  // Exceptions for subjects that are not configured.
  const site =
    'filesystems: { data: /data, root: / }\ngit: { site: /srv/site }\nstreams: { s: { mirrors: { gws: { root: /x } }, units: { sync: s.timer } } }\ndashboard: { url: "http://x/" }\n';
  const strangers: [text: string, told: RegExp][] = [
    [
      'limits: { filesystem: { for: { dataa: { red: 95% } } } }',
      /^site\.yaml:5:32: limits\.filesystem\.for\.dataa: there is no filesystem dataa; did you mean data\?$/m,
    ],
    ['limits: { inodes: { for: { archive: { red: 95% } } } }', /no filesystem archive \(there: data, root\)$/m],
    ['limits: { dirty: { for: { sight: { amber: 4 } } } }', /no checkout sight/],
    ['limits: { coverage: { for: { gws: { amber: 100% } } } }', /no copy gws \(there: s\.gws\)/],
    ['limits: { restarts: { for: { s.service: { red: 9 } } } }', /no unit s\.service/],
    ['limits: { certificate: { for: { dashbord: { red: 1d } } } }', /no endpoint dashbord; did you mean dashboard\?/],
    ['limits: { gate: { for: { prune: { amber: 8d } } } }', /no gate prune \(there: none\)/],
    ['limits: { voltage: { for: { powr: { amber: 60 V } } } }', /no subject powr; did you mean power\?/],
    ['limits: { gpu-temperature: { for: { "crunsh.3b:00": { red: 90 C } } } }', /no machine with GPUs crunsh\.3b:00/],
    ['limits: { memory: { for: { data: { amber: 60% } } } }', /no subject data \(there: host\)/],
    [
      'alerts: { rules: { storage: { for: { nope: { at: 99% } } } } }',
      /^site\.yaml:5:38: alerts\.rules\.storage\.for\.nope: there is no filesystem nope \(there: data, root, workspace\)$/m,
    ],
    ['alerts: { rules: { stream: { for: { t: { stale-for: 9h } } } } }', /no stream t; did you mean s\?/],
    [
      'alerts: { rules: { red: { for: { "endpoint-status:dashbord": { red-for: 5m } } } } }',
      /red\.for\.endpoint-status:dashbord: there is no endpoint dashbord; did you mean dashboard\?$/m,
    ],
    [
      'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["red:checkout-dirty:sight"], reason: x }] }',
      /rules\.0: there is no checkout sight \(there: site\)$/m,
    ],
    [
      'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["storage:dataa"], reason: x }] }',
      /^site\.yaml:5:63: alerts\.maintenance\.0\.rules\.0: there is no filesystem dataa; did you mean data\?$/m,
    ],
    [
      'alerts: { rules: { red: { for: { "endpoint-status:dashbord": { red-for: 5m } } } } }',
      /alerts\.rules\.red\.for\.endpoint-status:dashbord: there is no endpoint dashbord; did you mean dashboard\?$/m,
    ],
    [
      'fleet: { watch: [d], environments: { d: { nodes: { node1: {} } } } }\nalerts: { rules: { red: { for: { "fleet-alert:d.node2:disk:node2": { to: [] } } } } }',
      /red\.for\.fleet-alert:d\.node2:disk:node2: there is no node d\.node2:disk:node2 \(there: d, d\.node1\)$/m,
    ],
    [
      'fleet: { watch: [d], environments: { d: { nodes: { node1: {} } } } }\nalerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["red:fleet-alert:d.node1:memry:node1"], reason: x }] }',
      /rules\.0: there is no alert of a node memry; did you mean memory\?$/m,
    ],
    [
      'alerts: { maintenance: [{ every: "daily 02:00-03:00", rules: ["red:mirror-lag:s.gw"], reason: x }] }',
      /alerts\.maintenance\.0\.rules\.0: there is no copy s\.gw; did you mean s\.gws\?$/m,
    ],
  ];

  test('a mistake in the YAML is reported once, though the parser complains several times at its place', () => {
    const told = problemsOf('filesystems:\n  root: /\n   data: /data\n');
    assert.equal(told.match(/^site\.yaml:2:9: /gm)?.length, 1, told);
  });

  test('an exception for an unwatched subject is refused, because it would have no effect', () => {
    for (const [text, told] of strangers) assert.match(problemsOf(site + text), told, text);
  });

  test('an exception for a watched subject is accepted, and for any mount when no filesystems are configured', () => {
    configurationOf(
      `${site}limits: { filesystem: { for: { data: { red: 95% } } }, inodes: { for: { root: { red: 95% } } }, dirty: { for: { site: { amber: 4 } } }, coverage: { for: { s.gws: { amber: 100% } } }, timer: { for: { s.timer: { red: 9m } } }, certificate: { for: { dashboard: { red: 1d } } }, oom: { for: { host: { red: 2 } } }, failed-units: { for: { host: { amber: 2 } } } }
alerts: { rules: { storage: { for: { data: { at: 99% }, workspace: { at: 99% } } }, heartbeat: { for: { outside: { older-than: 3h } } }, probe: { for: { filesystems.data: { failing-for: 3h } } }, stage: { for: { append-zarr: { failing-for: 3h } } }, red: { for: { endpoint-status:dashboard: { red-for: 5m }, mirror-lag:s.gws: { red-for: 5m }, host-oom: { red-for: 5m } } } } }`,
    );
    // The GPUs of a machine are only known when they are read.
    configurationOf(
      'gpus: { crunch: {} }\nlimits: { gpu-throttled: { for: { crunch: { red: 2h }, "crunch.3b:00": { red: 3h } } } }',
    );
    // Without configured filesystems, all mounted ones are watched.
    configurationOf('limits: { filesystem: { for: { /data: { red: 95% } } } }');
  });

  test('an age in intervals is shown as written, and converted to seconds', () => {
    const text = 'interval: 1h\nlimits: { heartbeat: { red: 4.5 intervals } }\n';
    const values = effectiveValues({ path: 'site.yaml', text });
    const shown = ['limits.heartbeat.amber', 'limits.heartbeat.red', 'alerts.rules.snapshot.older-than'].map((key) => {
      const { value, origin } = values.find((one) => one.key === key) ?? assert.fail(key);
      return `${value} from ${origin}`;
    });
    assert.deepEqual(shown, ['4 intervals from default', '4.5 intervals from site.yaml:2', '3 intervals from default']);
    assert.deepEqual(configurationOf(text).limits.heartbeat, { amber: 14_400, red: 16_200 });
    assert.deepEqual(configurationOf('').limits.heartbeat, { amber: 1200, red: 7200 });
  });

  test('times in file names that are fine enough for the window are accepted', () => {
    const files = ['{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc', '{yyyy}{MM}{dd}_{HH}.nc'];
    for (const one of files) configurationOf(`streams: { s: { source: { root: /x, files: "${one}", time: name } } }`);
    configurationOf('streams: { s: { window: 26h, source: { root: /x, files: "{yyyy}{MM}{dd}.nc", time: name } } }');
    configurationOf('streams: { s: { source: { root: /x, files: "{yyyy}/{MM}/*.nc" } } }');
  });

  test('a single recipient needs no list, and may be a user of this machine', () => {
    const { alerts } = configurationOf(
      'alerts: { to: ops@example.org, rules: { storage: { to: root } }, escalate: { after: 1d, to: "webhook:c" }, webhooks: { c: { url: $C } } }',
    );
    assert.deepEqual([alerts.to, alerts.escalate?.to], [['ops@example.org'], ['webhook:c']]);
    assert.deepEqual(alerts.rules['storage']?.to, ['root']);
  });

  test('a hold of 0s, and maintenance of a rule or of one subject, are accepted', () => {
    const { alerts } = configurationOf(
      'alerts: { rules: { storage: { hold: 0s, clear-hold: 0s, for: { data: { hold: 0m } } }, stream: { stale-for: 0s } }, maintenance: [{ every: "daily 02:00-03:00", rules: [service, "storage:/data"], reason: x }] }',
    );
    const { storage, stream }: Readonly<Record<string, object>> = alerts.rules;
    assert.deepEqual(storage, { at: 80, hold: 0, 'clear-hold': 0, for: { data: { hold: 0 } } });
    assert.deepEqual(stream, { 'stale-for': 0, for: {} });
    assert.deepEqual(alerts.maintenance[0]?.rules, ['service', 'storage:/data']);
  });

  test('all mistakes are reported at once in the order of the file, each with its line and a mark', () => {
    const told = problemsOf('site: a\nintervall: 5m\nlimits:\n  memory: { amber: 90 }\n');
    assert.match(told, /site\.yaml:2:1:[^]*site\.yaml:4:20:/);
    assert.match(told, /\n {2}intervall: 5m\n {2}\^/);
    assert.match(told, /\n {4}memory: \{ amber: 90 \}\n {21}\^/);
  });

  test('a line with escape sequences is not printed', () => {
    assert.ok(!problemsOf('"\u001B[2Jsite": a').includes('\u001B'));
  });

  test('only the first 30 of a hundred mistakes are printed', () => {
    const told = resolve({ path: 'x', text: Array.from({ length: 100 }, (_, index) => `k${index}: 1`).join('\n') });
    assert.ok('problems' in told && told.problems.length === 31);
    assert.deepEqual([told.problems.at(-1), told.count], ['and 70 more', 100]);
  });

  test('each effective value is shown as it would be written, with its line or `default`', () => {
    const text =
      'site: aurora\n\nlimits:\n  filesystem:\n    red: 95%\n    for: { data: { amber: 94% } }\nfilesystems: { data: /data }\nservices: [a.timer]\n';
    const values = effectiveValues({ path: 'site.yaml', text });
    const line = (key: string) => {
      const found = values.find((one) => one.key === key);
      return found && `${found.value} from ${found.origin}`;
    };
    assert.equal(line('site'), 'aurora from site.yaml:1');
    assert.equal(line('interval'), '5m from default');
    assert.equal(line('limits.filesystem.red'), '95% from site.yaml:5');
    assert.equal(line('limits.filesystem.amber'), '80% from default');
    assert.equal(line('limits.filesystem.for.data.amber'), '94% from site.yaml:6');
    assert.equal(line('services'), '[a.timer] from site.yaml:8');
    assert.equal(originOf(values, 'limits.filesystem.for.data.amber'), 'site.yaml:6');
    assert.equal(originOf(values, 'limits.filesystem.amber'), 'default (80%)');
    assert.equal(originOf(values, 'filesystems.data.read-only'), 'default, for what is configured at site.yaml:7');
    assert.ok(values.length >= 30, `${values.length} values`);
  });
});
