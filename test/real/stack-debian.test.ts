// The stack without containers, on a booted Debian: Prometheus, node-exporter, Pushgateway and Alertmanager as their packages and units
// run them, after the commands of the pages.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { root } from '../process.ts';
import { readText, until } from '../world.ts';
import { bootSystemd } from './boot.ts';
import { installPackages } from './packages.ts';

/** What the test reads of the answers of Prometheus. */
interface Answer {
  readonly activeTargets: readonly { readonly labels: { readonly job: string }; readonly health: string }[];
  readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[];
  readonly activeAlertmanagers: readonly object[];
  readonly result: readonly object[];
}

/** The commands of root on a page that begin with the installation of packages: the names of these, and what comes after. */
function commandsOf(page: string): { packages: string[]; after: string } {
  const text = readText(join(root, 'ops', 'docs', page));
  const [, names = '', block = ''] =
    /^ *# apt-get install -y --no-install-recommends (.*)\n([^]*?)^ *```/m.exec(text) ?? assert.fail(page);
  const after = block.replaceAll(/^ *(?:#|>) /gm, '');
  return { packages: names.split(' '), after };
}

test('on Debian the commands of stack.md and alertmanager.md start everything, on loopback only', async (t) => {
  const pages = ['stack.md', 'alertmanager.md'].map(commandsOf);
  // The machine that boots has no network to install them from.
  installPackages('curl', 'iproute2', ...pages.flatMap(({ packages }) => packages));
  const { must, write } = await bootSystemd(t, {}, []);
  for (const { after } of pages) must('sh', '-ec', `cd /opt/ops-monitor\n${after}`);

  const get = (url: string): string => must('curl', '-sS', '--max-time', '20', url);
  const ask = (path: string) => (JSON.parse(get(`http://127.0.0.1:9090/api/v1/${path}`)) as { data: Answer }).data;
  const health = (): Record<string, string> =>
    Object.fromEntries(ask('targets').activeTargets.map(({ labels, health: one }) => [labels.job, one]));
  await until(
    () => must('curl', '-sS', '--retry', '20', '--retry-connrefused', 'http://127.0.0.1:9090/-/ready') !== '',
  );
  // No container and no graphics card can be had in this test.
  const expected = { prometheus: 'up', 'node-exporter': 'up', pushgateway: 'up', cadvisor: 'down', dcgm: 'down' };
  const known = () => Object.values(health()).filter((one) => one !== 'unknown').length;
  await until(() => known() === Object.keys(expected).length);
  assert.deepEqual(health(), expected);
  const groups = ask('rules').groups;
  assert.ok(groups.length >= 10, `${groups.length}`);
  assert.ok(groups.every(({ rules }) => rules.every((rule) => rule.health !== 'err')));

  const { config } = JSON.parse(get('http://127.0.0.1:9093/api/v2/status')) as { config: { original: string } };
  assert.match(config.original, /receiver: ops-team/);
  const found = ask('alertmanagers').activeAlertmanagers;
  assert.deepEqual(found, [{ url: 'http://127.0.0.1:9093/api/v2/alerts' }]);

  const listening = must('ss', '-Hltn')
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/)[3] ?? '');
  assert.deepEqual(
    listening.filter((address) => /:9\d{3}$/.test(address)).sort(),
    ['9090', '9091', '9093', '9100'].map((port) => `127.0.0.1:${port}`),
  );

  // The folder that install.md names.
  write('/var/lib/prometheus/node-exporter/try.prom', 'ops_monitor_overall_level 0\n');
  await until(() => ask('query?query=ops_monitor_overall_level').result.length === 1);
});
