// Alertmanager with the files of ops/alertmanager, its times made shorter: what arrives in a mailbox, a chat, at PagerDuty and at the
// webhook; grouping, repeats, ends and inhibition.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveHttp } from '../http.ts';
import { root, runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import {
  type Alertmanager,
  alertmanagers,
  alertsShown,
  failuresOf,
  postAlerts,
  type Posted,
  startAlertmanager,
} from './alertmanagers.ts';
import { type Received, serveMail } from './mail-server.ts';
import { useBrowser } from './page-site.ts';

const browser = useBrowser();
const cluster = 'valtronics-prod';
const page = join(root, 'ops', 'docs', 'alertmanager.md');

/** The mailbox and the web server that all receivers lead to. */
async function startWith(t: TestContext, programs: Alertmanager) {
  const mailbox = await serveMail(t);
  const web = await serveHttp(t, (path) =>
    // As Slack answers, and PagerDuty.
    path === '/slack' ? { status: 200, body: 'ok' } : { status: 202, body: '{"status":"success"}' },
  );
  const secrets = temporaryFolder(t);
  for (const [name, text] of [
    ['web-hook-token', 'hunter2'],
    ['slack-url', `${web.url}/slack`],
    ['pagerduty-key', 'k'.repeat(32)],
  ] as const)
    writeFileSync(join(secrets, name), text);
  const url = await startAlertmanager(t, programs, [
    ['/etc/ops-monitor/alertmanager', secrets],
    ['localhost:25', `127.0.0.1:${mailbox.port}`],
    ['http://localhost:3000', web.url],
    ['global:\n', `global:\n  pagerduty_url: ${web.url}/pagerduty\n`],
    ['group_wait: 10s', 'group_wait: 1s'],
    ['group_interval: 10s', 'group_interval: 1s'],
    ['repeat_interval: 1h', 'repeat_interval: 6s'],
    ['repeat_interval: 5m', 'repeat_interval: 3s'],
    ['group_wait: 2m', 'group_wait: 3s'],
    // `slack` is ready for a route that names it.
    ['  routes:\n', '  routes:\n    - matchers: [\'team="chat"\']\n      receiver: slack\n'],
  ]);
  return { url, mailbox: mailbox.received, web: web.asked };
}

/** The header and the two texts of a mail. */
function read({ raw }: Received) {
  const [, subject = ''] = /^Subject: ((?:.|\r\n[ \t])*)\r$/m.exec(raw) ?? [];
  const [, boundary = assert.fail(raw)] = /boundary="?([^"\r;]+)/.exec(raw) ?? [];
  const parts = raw.split(`--${boundary}`).map((part) => {
    const [head = '', ...body] = part.split('\r\n\r\n');
    const text = body.join('\r\n\r\n').replaceAll(/=\r\n/g, '');
    const bytes = text.replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return { head, text: Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n') };
  });
  const partOf = (type: string): string => parts.find(({ head }) => head.includes(type))?.text ?? assert.fail(type);
  return { subject: decodeWords(subject), text: partOf('text/plain'), html: partOf('text/html') };
}

const decodeWords = (header: string): string =>
  header
    .replaceAll(/\r\n[ \t]/g, ' ')
    .replaceAll(/\?= =\?/g, '?==?')
    .replaceAll(/=\?utf-8\?q\?(.*?)\?=/gi, (_, words: string) =>
      Buffer.from(
        words
          .replaceAll('_', ' ')
          .replaceAll(/=([\dA-F]{2})/gi, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      ).toString('utf8'),
    );

const after = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

const hostile =
  '<img src="https://evil.example/x.png" onerror=alert(1)> & <!channel>\r\nSubject: faked\u202E \u001B[2J';

const disksSince = (startsAt: string): readonly Posted[] => [
  {
    labels: { alertname: 'DiskSpaceLow', service: 'system', cluster, severity: 'warning', device: hostile },
    annotations: {
      summary: `${hostile} is 91 % full`,
      description: 'Remove what is not needed.',
      runbook: 'javascript:alert(1)',
    },
  },
  {
    labels: { alertname: 'DiskSpaceLow', service: 'system', cluster, severity: 'critical', instance: 'vm:9100' },
    annotations: {
      summary: '/data is 97 % full',
      description: 'Remove what is not needed, or add space.',
      runbook_url: 'https://runbooks.example/disk',
      value: '97 %',
    },
    startsAt,
    generatorURL: 'http://127.0.0.1:9090/graph?g0.expr=up',
  },
  {
    labels: { alertname: 'DiskSpaceLow', service: 'system', cluster, instance: 'long' },
    annotations: { summary: 'x'.repeat(10_000) },
  },
];

describe('Alertmanager', () => {
  for (const [name, programsOf] of Object.entries(alertmanagers)) {
    test(`${name} mails alerts in one mail, the worst first, again while they last, and their end`, async (t) => {
      const { url, mailbox } = await startWith(t, programsOf());
      // Not long ago: an older alert is sent at once, before the others of its group have come.
      const began = after(0);
      const shownTime = `${began.slice(0, 19).replace('T', ' ')} UTC`;
      const disks = disksSince(began);
      await postAlerts(url, disks);
      await until(() => mailbox.length > 0);
      const [first = assert.fail()] = mailbox;
      assert.deepEqual([first.from, first.to], ['alerts@valtronics.com', ['ops@valtronics.com']]);
      const { subject, text, html } = read(first);
      assert.equal(subject, '[1 critical, 1 alert, 1 warning] /data is 97 % full');
      const lines = ['DiskSpaceLow (critical): /data is 97 % full', '  Remove what is not needed, or add space.'];
      lines.push(`  since: ${shownTime}`, '  runbook: https://runbooks.example/disk', '  value: 97 %');
      lines.push('  labels: cluster=valtronics-prod instance=vm:9100 service=system');
      assert.ok(text.includes(lines.join('\n')), text);
      assert.ok(!text.includes('\u001B') && !text.includes('\u202E'));
      assert.doesNotMatch(text, /^Subject|x{502}/m);
      assert.match(text, /x{500} …/);
      assert.deepEqual(
        [...text.matchAll(/^DiskSpaceLow \((\w+)\)/gm)].map(([, severity]) => severity),
        ['critical', 'alert', 'warning'],
      );
      await t.test('its HTML shows the same in a browser, fetches nothing and runs nothing', async () => {
        const page = await browser().newPage({ viewport: { width: 800, height: 1000 } });
        const asked: string[] = [];
        await page.route('**', (route) => {
          asked.push(route.request().url());
          return route.abort();
        });
        await page.setContent(html);
        const shown = await page.locator('body').innerText();
        for (const words of ['1 critical, 1 alert, 1 warning', '/data is 97 % full', shownTime, '97 %'])
          assert.ok(shown.includes(words), `${words}: ${shown}`);
        assert.ok(
          shown.includes('<img src="https://evil.example/x.png" onerror=alert(1)> & <!channel> Subject: faked'),
        );
        const anchors = await page.locator('a').all();
        const links = await Promise.all(anchors.map((one) => one.getAttribute('href')));
        assert.deepEqual(links.slice(0, 2), [
          'https://runbooks.example/disk',
          'http://127.0.0.1:9090/graph?g0.expr=up',
        ]);
        assert.match(links[2] ?? '', /\/#\/alerts\?receiver=ops-team$/);
        assert.equal(links.length, 3);
        assert.equal(await page.locator('img, script').count(), 0);
        assert.deepEqual(asked, []);
        await page.close();
      });
      await until(() => mailbox.length > 1);
      assert.equal(read(mailbox[1] ?? assert.fail()).subject, subject, 'the repeat');
      const [, data = assert.fail()] = disks;
      await postAlerts(url, [{ ...data, endsAt: after(0) }]);
      await until(() => mailbox.length > 2);
      const third = read(mailbox[2] ?? assert.fail());
      assert.match(third.subject, /^\[1 alert, 1 warning, 1 resolved\] x{10}/);
      assert.match(third.text, /^1 resolved\n\nDiskSpaceLow \(critical\)[^]*until: \d{4}-/m);
      await postAlerts(
        url,
        disks.map((one) => ({ ...one, endsAt: after(0) })),
      );
      await until(() => mailbox.some((one) => /^\[[23] resolved\] /.test(read(one).subject)));
      const { length } = mailbox;
      await sleep(8000);
      assert.equal(mailbox.length, length, 'what is over is not repeated');
      assert.equal(await failuresOf(url), 0);
    });

    test(`${name} tells the webhook, PagerDuty and Slack of an alert and of its end`, async (t) => {
      const { url, web, mailbox } = await startWith(t, programsOf());
      const labels = { cluster, severity: 'critical', instance: 'api' };
      const annotations = {
        summary: `3 alerts ${hostile}`,
        description: 'Look.',
        runbook: '/usr/lib/x.md',
        value: '3',
      };
      const alerts: Posted[] = [
        { labels: { ...labels, alertname: 'HighErrorRate', service: 'application' }, annotations },
        { labels: { ...labels, alertname: 'CriticalAlertsHigh', service: 'alerts' }, annotations },
        { labels: { ...labels, alertname: 'Chat', team: 'chat', odd: hostile }, annotations },
      ];
      const bodiesAt = (path: string) =>
        web.flatMap((one) => (one.path === path ? [JSON.parse(one.body) as Record<string, never>] : []));
      await postAlerts(url, alerts);
      // PagerDuty is told again while the alert lasts.
      await until(
        () => bodiesAt('/api/alerts').length > 0 && bodiesAt('/slack').length > 0 && bodiesAt('/pagerduty').length > 1,
      );
      assert.equal(web.find(({ path }) => path === '/api/alerts')?.headers.authorization, 'Bearer hunter2');
      const hook = bodiesAt('/api/alerts')[0] as unknown as { status: string; alerts: Posted[] };
      assert.deepEqual([hook.status, hook.alerts[0]?.annotations], ['firing', annotations]);

      const line = '<img src="https://evil.example/x.png" onerror=alert(1)> & <!channel> Subject: faked [2J';
      const pager = bodiesAt('/pagerduty')[0] as unknown as {
        routing_key: string;
        event_action: string;
        client: string;
        client_url: string;
        payload: { severity: string; summary: string; custom_details: Record<string, string> };
      };
      assert.deepEqual(
        [pager.routing_key, pager.event_action, pager.client, pager.payload.severity, pager.payload.summary],
        ['k'.repeat(32), 'trigger', 'Valtronics Alertmanager', 'critical', `[1 critical] 3 alerts ${line}`],
      );
      assert.match(pager.client_url, /receiver=pagerduty$/);
      const { firing = '', num_firing, resolved } = pager.payload.custom_details;
      assert.match(
        firing,
        /^CriticalAlertsHigh \(critical\): 3 alerts .*\n {2}Look\.\n {2}since: .*\n {2}runbook: \/usr\/lib\/x\.md\n {2}value: 3\n/,
      );
      assert.deepEqual([`${num_firing}`, resolved?.trim() ?? ''], ['1', '']);

      const chat = bodiesAt('/slack')[0] as unknown as {
        channel: string;
        attachments: { title: string; text: string; color: string; fields: object[] }[];
      };
      const [attachment = assert.fail()] = chat.attachments;
      assert.deepEqual([chat.channel, attachment.title, attachment.color], ['#alerts', '[1 critical] Chat', 'danger']);
      const escaped =
        '&lt;img src="https://evil.example/x.png" onerror=alert(1)&gt; &amp; &lt;!channel&gt; Subject: faked [2J';
      assert.ok(attachment.text.startsWith(`critical: *3 alerts ${escaped}*\nLook.\nsince `), attachment.text);
      assert.ok(
        attachment.text.includes(`, value 3\ncluster=${cluster} instance=api odd=${escaped} team=chat`),
        attachment.text,
      );
      assert.deepEqual(attachment.fields, [{ title: 'Runbook', value: '/usr/lib/x.md', short: false }]);

      await postAlerts(
        url,
        alerts.map((one) => ({ ...one, endsAt: after(0) })),
      );
      await until(
        () =>
          bodiesAt('/api/alerts').some(({ status }) => status === 'resolved') &&
          bodiesAt('/pagerduty').some(({ event_action }) => event_action === 'resolve') &&
          JSON.stringify(bodiesAt('/slack')).includes('"color":"good"'),
      );
      assert.deepEqual(mailbox, []);
      assert.equal(await failuresOf(url), 0);
    });

    test(`${name} leaves out what another alert explains, in the same cluster and for the same instance only`, async (t) => {
      const { url, mailbox } = await startWith(t, programsOf());
      const alert = (alertname: string, service: string, more: Posted['labels']): Posted => ({
        labels: { alertname, service, ...more },
        annotations: { summary: `${alertname} of ${more['cluster'] ?? more['instance']}` },
      });
      const explaining = [
        alert('HighErrorRate', 'application', { cluster }),
        alert('OpsMonitorPostsAlerts', 'ops-monitor', { instance: 'vm', severity: 'info' }),
      ];
      const covered = { covered_by: 'send-alerts' };
      await postAlerts(url, [
        ...explaining,
        alert('DatabaseConnectionsHigh', 'database', { cluster }),
        alert('DatabaseConnectionsHigh', 'database', { cluster: 'other' }),
        alert('OpsMonitorCheck', 'ops-monitor', { instance: 'vm', ...covered }),
        alert('OpsMonitorCheck', 'ops-monitor', { instance: 'other', ...covered }),
        alert('OpsMonitorAbsent', 'ops-monitor', { instance: 'vm' }),
      ]);
      const said = () => [...new Set(mailbox.map((one) => read(one).subject.replace('[1 alert] ', '')))].sort();
      const heard = ['DatabaseConnectionsHigh of other', 'OpsMonitorAbsent of vm', 'OpsMonitorCheck of other'];
      await until(() => said().length >= heard.length);
      await sleep(4000);
      assert.deepEqual(said(), heard);
      // send-alerts of the machine stops.
      await postAlerts(
        url,
        explaining.map((one) => ({ ...one, endsAt: after(0) })),
      );
      await until(() => mailbox.some((one) => read(one).text.includes('OpsMonitorCheck of vm')));
      await until(() => mailbox.some((one) => read(one).text.includes(`DatabaseConnectionsHigh of ${cluster}`)));
      assert.equal(await failuresOf(url), 0);
    });

    test(`${name} mails the test alert of ops/docs/alertmanager.md, and its end two minutes later`, async (t) => {
      const programs = programsOf();
      const { url, mailbox } = await startWith(t, programs);
      const [, lines = ''] = /## A test alert\n\n```console\n\$ ([^]*?)```/.exec(readText(page)) ?? [];
      const command = lines.replaceAll(/\n> +/g, '\n');
      assert.match(command, /^amtool alert add .*\\\n--end.*127\.0\.0\.1:9093\n$/);
      const env = { ...process.env, PATH: `${dirname(programs.amtool)}:${process.env['PATH']}` };
      const before = Date.now();
      const { status, stderr } = runProcess(['sh', '-c', command.replace('http://127.0.0.1:9093', url)], env);
      assert.equal(status, 0, stderr);
      const [shown] = await alertsShown(url, 'Test');
      assert.deepEqual(shown?.annotations, { summary: 'A test: nothing is wrong' });
      // The end has no milliseconds.
      const seconds = (Date.parse(shown?.endsAt ?? '') - before) / 1000;
      assert.ok(seconds > 118 && seconds < 125, `${seconds}`);
      await until(() => mailbox.length > 0);
      assert.deepEqual(
        mailbox.map((one) => [one.to.join(), read(one).subject]),
        [['ops@valtronics.com', '[1 warning] A test: nothing is wrong']],
      );
    });
  }
});
