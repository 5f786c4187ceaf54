// Names that somebody else chose, and very many of them, on the whole way from a textfile to a mail.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gaugesOf, renderExposition } from '../../lib/core/exposition.ts';
import { makeNet } from '../../lib/io/net.ts';
import { ruleFiles } from '../rules.ts';
import { temporaryFolder, until } from '../world.ts';
import { alertsShown, debianAlertmanager, failuresOf, startAlertmanager } from './alertmanagers.ts';
import { serveMail } from './mail-server.ts';
import { startPrometheus } from './prometheus.ts';

const net = makeNet({});
const get = async (url: string): Promise<string> => (await net.request({ method: 'GET', url, seconds: 30 })).body;

const hostile = {
  quotes: '"}) or vector(1) #',
  braces: '{{ $externalURL }}{{ query "up" }}{subject="x"}',
  line: 'one\r\nBcc: stranger@example.com\n\nand two',
  backslashes: String.raw`\d+\\"\n`,
  pattern: '.*|(',
  html: '<script>alert(1)</script>&amp;',
  long: 'x'.repeat(10_000),
  letters: 'Übergröße \u202e 温度',
};

type Shown = Awaited<ReturnType<typeof alertsShown>>[number];

const bySubject = (one: Shown, other: Shown): number =>
  (one.labels['subject'] ?? '') < (other.labels['subject'] ?? '') ? -1 : 1;

test('hostile names and 100,000 series go from a textfile to mails: every rule is evaluated, and each name stays a name', async (t) => {
  const programs = debianAlertmanager();
  const { port, received } = await serveMail(t);
  const alertmanager = await startAlertmanager(t, programs, [
    ['localhost:25', `127.0.0.1:${port}`],
    ['group_wait: 10s', 'group_wait: 1s'],
    ['group_wait: 2m', 'group_wait: 3s'],
  ]);
  const textfiles = temporaryFolder(t);
  const names = Object.values(hostile);
  const monitor = gaugesOf('ops_monitor');
  const red = names.map((subject) => ({ labels: { check: 'endpoint-status', subject }, value: 2 }));
  const many = Array.from({ length: 100_000 }, (_, index) => ({
    labels: { check: 'mirror-lag', subject: `stream ${index}` },
    value: 0,
  }));
  const families = [
    monitor('check_level', 'Level.', [...red, ...many]),
    monitor(
      'check_message',
      'Message.',
      red.map(({ labels }) => ({ labels: { ...labels, message: `${labels.subject} is down` }, value: 1 })),
    ),
  ];
  writeFileSync(join(textfiles, 'hostile.prom'), renderExposition(families));
  const prometheus = await startPrometheus(t, {
    textfiles,
    alertmanager,
    rules: ruleFiles,
    changes: [['for: 15m', 'for: 5s']],
    interval: '5s',
  });
  const ask = async (query: string): Promise<number[]> => {
    const { data } = JSON.parse(await get(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`)) as {
      data: { result: { value: [number, string] }[] };
    };
    return data.result.map(({ value: [, value] }) => Number(value));
  };
  const shown = () => alertsShown(alertmanager, 'OpsMonitorCheck');

  await until(async () => (await shown()).length === names.length);
  const [samples = 0] = await ask('scrape_samples_scraped');
  assert.ok(samples > 100_000, `${samples}`);
  for (const { labels, annotations } of await shown())
    assert.ok(annotations['summary'] === `${labels['subject']} is down`, annotations['summary']?.slice(0, 100));
  // What is no visible character is shown by its number.
  const served = names.map((name) => name.replace('\r', '<0d>').replace('\u202e', '<202e>')).sort();
  for (const [index, { labels }] of (await shown()).toSorted(bySubject).entries())
    assert.ok(
      labels['subject'] === served[index],
      `${labels['subject']?.slice(0, 100)} is not ${served[index]?.slice(0, 100)}`,
    );

  const { data } = JSON.parse(await get(`${prometheus}/api/v1/rules`)) as {
    data: { groups: { name: string; evaluationTime: number; rules: { name: string; health: string }[] }[] };
  };
  assert.ok(data.groups.length >= ruleFiles.length);
  for (const { name, evaluationTime, rules } of data.groups) {
    // The next evaluation is due after 15 s.
    assert.ok(evaluationTime < 15, `${name}: ${evaluationTime} s`);
    for (const rule of rules) assert.equal(rule.health, 'ok', rule.name);
  }

  await until(() => received.length >= 1);
  assert.equal(await failuresOf(alertmanager), 0);
  for (const { raw } of received) {
    const [head = ''] = raw.split('\r\n\r\n');
    assert.match(head, /^Subject: .+$/m);
    assert.ok(!/^Bcc/im.test(head), head.slice(0, 500));
    assert.ok(!raw.includes('<script>'));
    assert.ok(raw.length < 500_000, `${raw.length} bytes`);
  }
});
