// The packaged unit and timer of watch-services under a real systemd: real services that end or leak are restarted where the
// configuration and polkit allow that, and nowhere else. The polkit rule and the drop-in for --serve are those of its page.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Latest, RestartLine } from '../../lib/watchdog/files.ts';
import { root } from '../process.ts';
import { readText, until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { installPackages } from './packages.ts';

const state = '/var/lib/ops-monitor';
const node = '/opt/ops-monitor/node_modules/.bin/node';
const page = readText(join(root, 'ops', 'docs', 'watchdog.md'));

/** The block of code of the page that contains these words. */
const blockWith = (language: string, words: string): string => {
  const found = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].find(
    ([, name, text]) => name === language && text?.includes(words),
  );
  return found?.[2] ?? assert.fail(`watchdog.md has no ${language} with ${words}`);
};

const service = (command: string): string => `[Service]\nExecStart=${command}\n`;
const sleeping = service('/bin/sleep 100000');
// Small for three seconds, so that a restart helps; then 200 MB.
const leaking = service(
  `${node} -e "setTimeout(() => { globalThis.kept = Buffer.alloc(200e6, 1); }, 3000); setInterval(() => 0, 1e6)"`,
);
const units = {
  'api.service': sleeping,
  'leak.service': leaking,
  'unlisted.service': sleeping,
  'denied.service': sleeping,
};

describe('the units of the watchdog', () => {
  test('restart a service where allowed, with cooldown and limit over a reboot, and no other', async (t) => {
    installPackages('polkitd');
    const machine = await bootSystemd(t, units, []);
    const { must, run, write } = machine;
    must(
      'sh',
      '-ec',
      `cd /opt/ops-monitor
      install -d /etc/sysusers.d /etc/tmpfiles.d /etc/ops-monitor /run/systemd/system/ops-monitor-watchdog.timer.d
      cp systemd/sysusers.d/ops-monitor.conf /etc/sysusers.d/ && systemd-sysusers
      cp systemd/tmpfiles.d/ops-monitor.conf /etc/tmpfiles.d/ && systemd-tmpfiles --create ops-monitor.conf
      cp -r systemd/ops-monitor* /etc/systemd/system/`,
    );
    write(
      '/etc/polkit-1/rules.d/50-ops-monitor.rules',
      blockWith('js', 'polkit.addRule').replace(
        "['api.service']",
        "['api.service', 'leak.service', 'unlisted.service']",
      ),
    );
    const restart = 'restart: { with: systemctl';
    write(
      '/etc/ops-monitor/config.yaml',
      `files: { state: ${state} }
watchdog:
  services:
    api: { unit: api.service, hold: 0s, ${restart}, cooldown: 0s, per-day: 2 } }
    leak: { unit: leak.service, hold: 0s, limits: { memory: 150MB }, ${restart}, when: [memory], cooldown: 1h } }
    unlisted: { unit: unlisted.service, hold: 0s }
    denied: { unit: denied.service, hold: 0s, ${restart}, cooldown: 1h } }
`,
    );
    const quicken = (): void => {
      must('mkdir', '-p', '/run/systemd/system/ops-monitor-watchdog.timer.d');
      write(
        '/run/systemd/system/ops-monitor-watchdog.timer.d/often.conf',
        '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\n',
      );
      must('systemctl', 'daemon-reload');
    };
    const latest = (): Latest => JSON.parse(machine.read(`${state}/monitoring/watchdog/latest.json`)) as Latest;
    const stateOf = (name: string): string | undefined => latest().services[name]?.state;
    const lines = (): RestartLine[] =>
      machine
        .read(`${state}/monitoring/watchdog/restarts.jsonl`)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as RestartLine);
    const eventsOf = (name: string, event: RestartLine['event']): RestartLine[] =>
      lines().filter((line) => line.service === name && line.event === event);
    const mainPid = (unit: string): string => must('systemctl', 'show', '-P', 'MainPID', unit).trim();
    const end = (unit: string): void => void must('kill', '-9', mainPid(unit));
    /** Until two more runs have ended. */
    const twoRuns = async (): Promise<void> => {
      for (let count = 0; count < 2; count++) {
        const { at } = latest();
        await until(() => latest().at !== at);
      }
    };

    must('systemctl', 'start', 'api.service', 'unlisted.service', 'denied.service');
    quicken();
    must('systemctl', 'start', 'ops-monitor-watchdog.timer');
    await until(() => run('test', '-e', `${state}/monitoring/watchdog/latest.json`).status === 0);
    await until(() => ['api', 'unlisted', 'denied'].every((name) => stateOf(name) === 'running'));

    // Nothing is restarted by a dry run, also where root starts it.
    must('systemctl', 'stop', 'ops-monitor-watchdog.timer');
    await until(() => run('systemctl', 'is-active', 'ops-monitor-watchdog.service').stdout.trim() !== 'activating');
    for (const unit of ['api.service', 'unlisted.service', 'denied.service']) end(unit);
    await until(() => mainPid('api.service') === '0');
    const dry = must(
      node,
      '/opt/ops-monitor/dist/watch-services.cjs',
      '--dry-run',
      '--config',
      '/etc/ops-monitor/config.yaml',
    );
    assert.match(
      dry,
      /^WOULD RESTART api: `systemctl --no-ask-password restart -- api\.service`, because api does not run/m,
    );
    assert.doesNotMatch(dry, /RESTART unlisted/);
    assert.equal(mainPid('api.service'), '0');

    must('systemctl', 'start', 'ops-monitor-watchdog.timer');
    await until(() => eventsOf('api', 'measured').length === 1 && eventsOf('denied', 'measured').length === 1);
    assert.equal(eventsOf('api', 'ended')[0]?.outcome, 'succeeded');
    assert.equal(eventsOf('api', 'measured')[0]?.helped, 'yes');
    assert.notEqual(mainPid('api.service'), '0');
    // polkit does not list this one.
    assert.equal(eventsOf('denied', 'ended')[0]?.outcome, 'failed');
    assert.match(eventsOf('denied', 'ended')[0]?.reason ?? '', /authentication required|Access denied/i);
    assert.equal(eventsOf('denied', 'measured')[0]?.helped, 'no');
    // The configuration does not say that this one may be restarted; polkit would allow it.
    assert.equal(eventsOf('unlisted', 'tries').length, 0);
    assert.equal(mainPid('unlisted.service'), '0');
    assert.equal(stateOf('unlisted'), 'stopped');

    // A leak: by memory.
    must('systemctl', 'start', 'leak.service');
    const leaked = mainPid('leak.service');
    await until(() => eventsOf('leak', 'measured').length === 1);
    assert.deepEqual(eventsOf('leak', 'tries')[0]?.measures, ['memory']);
    assert.equal(eventsOf('leak', 'measured')[0]?.helped, 'yes');
    assert.notEqual(mainPid('leak.service'), leaked);
    // It leaks again, within its cooldown.
    await until(() => latest().alerts.some((alert) => alert.service === 'leak'));
    await twoRuns();
    assert.equal(eventsOf('leak', 'tries').length, 1);

    // The second attempt of the day is the last one, also after a reboot.
    end('api.service');
    await until(() => eventsOf('api', 'measured').length === 2);
    end('api.service');
    await until(() => stateOf('api') === 'stopped');
    await twoRuns();
    assert.equal(eventsOf('api', 'tries').length, 2);
    await machine.powerOff();
    await machine.boot();
    quicken();
    const { at } = latest();
    must('systemctl', 'start', 'ops-monitor-watchdog.timer');
    await until(() => latest().at !== at);
    await twoRuns();
    assert.equal(eventsOf('api', 'tries').length, 2);
    assert.equal(eventsOf('denied', 'tries').length, 1);
    assert.match(
      must('journalctl', '-o', 'cat', '-u', 'ops-monitor-watchdog.service'),
      /NOT RESTARTED api: 2 attempts in 24 h, of 2/,
    );

    // --serve, by the drop-in of the page, in the sandbox; on all addresses, which here are those of the machine's own loopback.
    must('systemctl', 'stop', 'ops-monitor-watchdog.timer');
    must('mkdir', '-p', '/run/systemd/system/ops-monitor-watchdog.service.d');
    write(
      '/run/systemd/system/ops-monitor-watchdog.service.d/serve.conf',
      blockWith('ini', '--serve').replace('127.0.0.1:9100', '0.0.0.0:9100'),
    );
    must('systemctl', 'daemon-reload');
    must('systemctl', 'start', 'ops-monitor-watchdog.service');
    const script = `fetch('http://127.0.0.1:9100/metrics').then((r) => r.text()).then((t) => console.log(t), () => process.exit(1))`;
    const metrics = (): string => run(node, '-e', script).stdout;
    await until(() => metrics().includes('ops_watchdog_service_running{service="api"} 0'));
    assert.match(metrics(), /^ops_watchdog_restart_attempts_total\{service="api",outcome="succeeded"\} 2$/m);
    assert.match(
      must('journalctl', '-o', 'cat', '-u', 'ops-monitor-watchdog.service'),
      /WARNING: 0\.0\.0\.0 is not the loopback/,
    );
    must('systemctl', 'stop', 'ops-monitor-watchdog.service');
    assert.equal(must('systemctl', 'show', '-P', 'Result', 'ops-monitor-watchdog.service').trim(), 'success');
  });
});
