// The package as an administrator meets it: built twice, judged by lintian, installed, upgraded, removed and purged under a
// real systemd; and the tar's install.sh.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import test, { before, describe, type TestContext } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { temporaryFolder, until } from '../world.ts';
import { bootMachine, build, buildPackage, built, config, fileIn, inside, must, state } from './package-site.ts';
import { installPackages } from './packages.ts';

const timers = ['ops-monitor-cycle.timer', 'ops-monitor-hourly.timer', 'ops-monitor-daily.timer'];

/** The same .deb under a later version; `more` is a file that it brings too. */
function laterDeb(t: TestContext, version: string, more?: string): string {
  const folder = temporaryFolder(t);
  must('dpkg-deb', '-R', fileIn(built, '.deb'), join(folder, 'content'));
  must('sed', '-i', `s/^Version: .*/Version: ${version}/`, join(folder, 'content', 'DEBIAN', 'control'));
  if (more !== undefined) must('install', '-D', '/dev/null', join(folder, 'content', more));
  const file = join(built, `later-${version}`, 'ops-monitor.deb');
  mkdirSync(dirname(file));
  t.after(() => rmSync(dirname(file), { recursive: true }));
  must('dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', join(folder, 'content'), file);
  return file;
}

/** What bash does at the tab key after such a line. */
function complete(line: string): string {
  const words = line.split(/ |(:)/).filter((word) => word !== undefined);
  return `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) \\
    COMP_CWORD=${words.length - 1}; _ops_monitor; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

describe('the package', () => {
  before(() => {
    installPackages('lintian', 'systemd', 'dbus', 'fish', 'zsh');
    buildPackage();
  });

  test('the same commit gives the same bytes', (t) => {
    const again = temporaryFolder(t);
    build(again);
    const names = readdirSync(again);
    assert.equal(names.length, 4, names.join());
    for (const name of names)
      assert.ok(readFileSync(join(built, name)).equals(readFileSync(join(again, name))), `${name} differs`);
  });

  test('node-report with Node inside runs as anybody, where there is no Node and nothing else of ours', (t) => {
    const file = join(temporaryFolder(t), 'ops-monitor');
    must('install', '-m', '755', fileIn(built, `-linux-${process.arch}`), file);
    chmodSync(dirname(file), 0o755);
    const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const said = must('env', '-i', 'setpriv', ...user, file, 'node-report', '--json');
    const { version, system } = JSON.parse(said) as { version: string; system: { cpu_count: number } };
    assert.equal(version, manifest.version);
    assert.equal(system.cpu_count, availableParallelism());
  });

  test('lintian finds no error', () => {
    const said = must('lintian', '--allow-root', '--fail-on', 'error', fileIn(built, '.deb'));
    assert.doesNotMatch(said, /^E:/m);
  });

  test('two commands give a running, configured monitor, whose next cycle finds nothing wrong', async (t) => {
    const machine = await bootMachine(t);
    const { install, script } = machine;
    machine.write(
      '/etc/systemd/system/hello.service',
      '[Service]\nExecStart=/bin/sleep 1d\n[Install]\nWantedBy=multi-user.target\n',
    );
    machine.write('/etc/systemd/system/nightly.service', '[Service]\nType=oneshot\nExecStart=/bin/true\n');
    machine.write(
      '/etc/systemd/system/nightly.timer',
      '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n',
    );
    script(`systemctl daemon-reload && systemctl enable --now hello.service nightly.timer
      install -d /srv/in/met/$(date -u +%Y/%m/%d) /srv/closed/$(date -u +%Y/%m/%d)
      date > /srv/in/met/$(date -u +%Y/%m/%d)/a.nc && date > /srv/closed/$(date -u +%Y/%m/%d)/a.nc && chmod 700 /srv/closed
      install -d /opt/tool && git init -q /opt/tool && cd /opt/tool
      git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m first`);
    const first = install(fileIn(built, '.deb'));
    assert.equal(first.status, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /ops-monitor init looks at this machine/);

    const said = machine.must('ops-monitor', 'init', '--streams', '/srv/in', '--streams', '/srv/closed');
    assert.match(said, /^ {2}\/srv\/closed +.*no permission/m, 'the monitor’s user may not read it');
    assert.match(said, /\/etc\/ops-monitor\/config\.yaml is written/);
    assert.match(said, /^● [A-Z]+ {2}snapshot \d+s ago [^]*^Stages$/m, 'the verdict of a cycle that read it');
    assert.doesNotMatch(said, /the last assessment is of the site/);
    assert.equal(machine.must('stat', '-c', '%U:%G %a', config), 'root:root 644\n');
    const text = machine.read(config);
    for (const line of [
      '  state: /var/lib/ops-monitor',
      '  - hello.service',
      '  - nightly.timer',
      '  tool: /opt/tool',
      '  met: { source: { root: /srv/in/met',
    ])
      assert.ok(text.includes(`\n${line}`), `${line} is missing in ${text}`);
    assert.doesNotMatch(text, /closed|ops-monitor-cycle|getty/);

    const status = machine.must('ops-monitor', 'status');
    assert.doesNotMatch(status, /[1-9]\d* (red|unknown)/, status);
    assert.match(machine.must('ops-monitor', 'explain', 'service-state:hello.service'), /level +green/);

    const second = machine.run('ops-monitor', 'init');
    assert.equal(second.status, 2, second.stdout + second.stderr);
    assert.equal(machine.read(config), text);
    script('systemctl disable --quiet nightly.timer; rm /etc/systemd/system/hello.service; systemctl daemon-reload');
    assert.match(machine.must('ops-monitor', 'init', '--diff'), /^not there +services: hello\.service .*not-found/m);
  });

  test('apt install starts a monitor; what is refused leaves it running; upgrade and removal keep data, a purge none', async (t) => {
    const later = laterDeb(t, `${manifest.version}+1`);
    const machine = await bootMachine(t);
    const { apt, install, isActive, isThere, script, version } = machine;
    const assertRuns = (): void => {
      for (const timer of timers) assert.equal(isActive(timer), 'active', timer);
    };

    machine.write('/etc/systemd/system/ops-monitor@.service', '[Service]\nExecStart=/bin/true\n');
    const byHand = install(fileIn(built, '.deb'));
    assert.notEqual(byHand.status, 0, 'the units of an installation by hand would come before those of the package');
    assert.match(byHand.stdout + byHand.stderr, /here is an installation by hand/);
    machine.must('rm', '/etc/systemd/system/ops-monitor@.service');

    const first = install(fileIn(built, '.deb'));
    assert.equal(first.status, 0, first.stdout + first.stderr);
    assert.match(first.stdout, /no temperature sensor was found, so thermal-heartbeat.timer stays off/);
    assert.ok(!first.stdout.includes('\u001B['), 'colours in what may be a log');
    assert.match(first.stdout, /● (GREEN|AMBER|RED|UNKNOWN) {2}snapshot \d+s ago .* green\r?$/m);
    assertRuns();
    assert.equal(isActive('thermal-heartbeat.timer'), 'inactive');
    assert.match(machine.must('ops-monitor', 'explain', 'snapshot-age:snapshot'), /level +green/);
    await until(() => isThere(`${state}/stages/build-dashboard.json`));
    script(`! grep -L '"outcome": *"ok"' ${state}/stages/*.json | grep .`);
    for (const path of [
      'man/man1/ops-monitor.1.gz',
      'doc/ops-monitor/copyright',
      'bash-completion/completions/ops-monitor',
    ])
      assert.ok(isThere(`/usr/share/${path}`), path);

    const completed = (line: string): string =>
      machine.must('bash', '-c', `. /usr/share/bash-completion/completions/ops-monitor; ${complete(line)}`);
    assert.match(completed('ops-monitor expl'), /^explain$/m);
    assert.match(completed('ops-monitor explain --j'), /^--json$/m);
    assert.match(completed('ops-monitor run-cycle --only h'), /^hourly$/m);
    assert.match(completed('ops-monitor explain snapshot-a'), /^snapshot-age:snapshot$/m);
    assert.match(completed('ops-monitor explain snapshot-age:s'), /^snapshot$/m, 'bash splits words at colons');

    const fish = (line: string): string => machine.must('fish', '-c', `complete -C '${line}'`);
    assert.match(fish('ops-monitor expl'), /^explain\t/m);
    assert.match(fish('ops-monitor explain snapshot-a'), /^snapshot-age:snapshot$/m);
    machine.must('zsh', '-n', '/usr/share/zsh/vendor-completions/_ops-monitor');

    const good = machine.read(config);
    machine.write(config, `${good}filesystms: { data: /data }\n`);
    const refused = install(later);
    assert.notEqual(refused.status, 0, 'a configuration with a mistake was accepted');
    assert.match(refused.stdout + refused.stderr, /did you mean filesystems/);
    assert.match(refused.stdout + refused.stderr, /the installed version stays and runs on/);
    assert.equal(version(), `${manifest.version} install ok installed`);
    assertRuns();

    machine.write(config, good);
    const clashing = install(laterDeb(t, `${manifest.version}+2`, '/usr/bin/dpkg'));
    assert.notEqual(clashing.status, 0, 'a file of another package was replaced');
    assert.match(clashing.stdout + clashing.stderr, /trying to overwrite '\/usr\/bin\/dpkg'/);
    assert.equal(version(), `${manifest.version} install ok installed`);
    assertRuns();
    machine.must('systemctl', 'start', 'ops-monitor-cycle.service');
    assert.match(machine.must('ops-monitor', 'explain', 'snapshot-age:snapshot'), /level +green/);

    machine.write(config, `${good}site: mine\n`);
    machine.must('systemctl', 'disable', '--now', 'ops-monitor-hourly.timer');
    const lines = (): number => Number(script(`cat ${state}/raw/*.jsonl | wc -l`));
    const before = lines();
    const upgraded = install(later);
    assert.equal(upgraded.status, 0, upgraded.stdout + upgraded.stderr);
    assert.match(upgraded.stdout, /ops-monitor: the configuration is accepted, and the timers run as before/);
    assert.equal(version(), `${manifest.version}+1 install ok installed`);
    assert.equal(isActive('ops-monitor-cycle.timer'), 'active');
    assert.equal(isActive('ops-monitor-hourly.timer'), 'inactive', 'what was switched off stays off');
    machine.must('systemctl', 'start', 'ops-monitor-cycle.service');
    assert.ok(lines() > before, 'the upgrade lost lines, or nothing runs after it');
    assert.match(machine.read(`${state}/health/latest_report.md`), /mine/);

    // A mistake that was made while the package was being replaced: it is said, and the stages go on and mail it.
    machine.write(config, `${good}filesystms: { data: /data }\n`);
    machine.must('systemctl', 'stop', 'ops-monitor-cycle.timer');
    const late = machine.run('/var/lib/dpkg/info/ops-monitor.postinst', 'configure', manifest.version);
    assert.equal(late.status, 1);
    assert.match(late.stderr, /did you mean filesystems/);
    assert.equal(isActive('ops-monitor-cycle.timer'), 'active');
    machine.write(config, `${good}site: mine\n`);

    const back = apt('install', '--allow-downgrades', inside(fileIn(built, '.deb')));
    assert.equal(back.status, 0, back.stdout + back.stderr);
    assert.equal(version(), `${manifest.version} install ok installed`);
    assert.equal(isActive('ops-monitor-cycle.timer'), 'active');

    assert.equal(apt('remove', 'ops-monitor').status, 0);
    assert.notEqual(isActive('ops-monitor-cycle.timer'), 'active');
    assert.ok(!isThere('/usr/bin/ops-monitor') && !isThere('/usr/lib/ops-monitor'));
    assert.ok(lines() > before && isThere(config), 'a removal took data or configuration');
    assert.equal(script('ls /var/lib/node-exporter/textfile').trim(), '', 'numbers that nobody writes any more');

    // Taken back in, on a machine that has sensors by now.
    machine.write(config, `${good}hosts: { local: { folder: /opt/ops-monitor/test/thermal/machines/amd-desktop } }\n`);
    assert.equal(install(later).status, 0);
    assert.equal(isActive('ops-monitor-cycle.timer'), 'active');

    assert.equal(apt('purge', 'ops-monitor').status, 0);
    for (const path of [
      state,
      '/etc/ops-monitor',
      '/run/ops-monitor',
      '/var/cache/ops-monitor',
      '/var/lib/node-exporter',
    ])
      assert.ok(!isThere(path), `${path} is left`);
    assert.equal(
      script('find /etc/systemd /usr/lib/systemd -name "*ops-monitor*" -o -name "thermal-heartbeat*"').trim(),
      '',
    );

    script(`mkdir /etc/ops-monitor; cat > ${config} <<'END'
${good}hosts: { local: { folder: /opt/ops-monitor/test/thermal/machines/amd-desktop } }
END`);
    assert.equal(install(later).status, 0);
    assert.equal(isActive('thermal-heartbeat.timer'), 'active', 'there are sensors');
    machine.must('systemctl', 'start', 'thermal-heartbeat.service');
    assert.ok(isThere('/var/lib/node-exporter/textfile/thermal.prom'));
  });

  test('install.sh of the tar does the same on another distribution, and takes all of it away again', async (t) => {
    const machine = await bootMachine(t);
    const { isActive, isThere, must, run, script } = machine;
    script(`mkdir /srv/tar; tar -xzf ${inside(fileIn(built, '.tar.gz'))} -C /srv/tar --strip-components=1`);
    const installer = (...argv: string[]): string => must('/srv/tar/install.sh', ...argv);

    const planned = installer('--dry-run');
    assert.match(planned, /^would run: systemd-sysusers ops-monitor.conf$/m);
    assert.ok(!isThere('/usr/local/lib/ops-monitor') && !isThere('/etc/ops-monitor'), 'a dry run wrote something');

    for (const time of ['first', 'again']) {
      installer();
      for (const timer of timers) assert.equal(isActive(timer), 'active', `${timer}, ${time}`);
      must('systemctl', 'start', 'ops-monitor-cycle.service');
      assert.match(must('ops-monitor', 'explain', 'snapshot-age:snapshot'), /level +green/);
      assert.equal(script('ls -d /usr/local/lib/ops-monitor*').trim(), '/usr/local/lib/ops-monitor', time);
    }
    const good = machine.read(config);
    machine.write(config, `${good}filesystms: { data: /data }\n`);
    const refused = run('/srv/tar/install.sh');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /did you mean filesystems[^]*so nothing was changed/);
    assert.equal(isActive('ops-monitor-cycle.timer'), 'active');
    machine.write(config, good);

    must('mv', '/srv/tar/LICENCES.txt', '/srv/licences');
    assert.notEqual(run('/srv/tar/install.sh').status, 0, 'an upgrade without one of its files');
    for (const timer of timers) assert.equal(isActive(timer), 'active', `${timer} after an upgrade that failed`);
    must('systemctl', 'start', 'ops-monitor-cycle.service');
    must('mv', '/srv/licences', '/srv/tar/LICENCES.txt');

    installer('--uninstall');
    installer('--uninstall');
    assert.equal(script('find /usr/local /etc/systemd -name "*ops-monitor*" -o -name "thermal-heartbeat*"').trim(), '');
    assert.ok(isThere(`${state}/raw/latest.json`) && isThere(config), 'data and configuration stay');
  });

  test('install.sh --prefix installs the program alone, in a folder with a blank in its name too', (t) => {
    const folder = temporaryFolder(t);
    must('tar', '-xzf', fileIn(built, '.tar.gz'), '-C', folder, '--strip-components=1');
    const prefix = join(folder, 'of mine');
    for (const time of ['first', 'again']) {
      must(join(folder, 'install.sh'), '--prefix', prefix);
      assert.match(must(join(prefix, 'bin', 'ops-monitor'), '--version'), new RegExp(manifest.version), time);
    }
    must(join(folder, 'install.sh'), '--prefix', prefix, '--uninstall');
    assert.equal(must('find', prefix, '!', '-type', 'd').trim(), '');
    assert.ok(!existsSync(join(prefix, 'lib', 'ops-monitor')));
  });

  test('npm install -g of what npm pack gives puts the same program on the PATH', (t) => {
    const folder = temporaryFolder(t);
    // Without its build, which would take dist from the tests beside this one; test/run.ts has built it.
    assert.equal(manifest.scripts.prepack, 'tsx scripts/build.ts');
    must('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder);
    const prefix = join(folder, 'global');
    must('npm', 'install', '--silent', '--global', '--prefix', prefix, fileIn(folder, '.tgz'));
    const program = join(prefix, 'bin', 'ops-monitor');
    assert.match(must(program, '--help'), /^Usage: ops-monitor COMMAND/);
    assert.ok(!existsSync(join(prefix, 'lib', 'node_modules', 'ops-monitor', 'lib')), 'it runs bundles, not sources');
  });
});
