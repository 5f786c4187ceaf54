// Another machine over a real ssh: read as this one, over one connection, and every way not to get there told apart.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Readable } from '../../lib/snapshot/sections/index.ts';
import { storeFiles } from '../store.ts';
import { listenSilently, processesOf, root } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';
import { startSshd } from './sshd.ts';
import { collectOn, dataOf, itemOf, levelsIn, siteIn } from './stages.ts';

/** One collect of a site whose only other machine is reached by this ssh_config. */
function collect(folder: string, sshConfig: string, more = '', deadline = '10s') {
  const site = siteIn(
    folder,
    `hosts: { source: { ssh: source, ssh-config: ${sshConfig}, deadline: ${deadline} } }\nfilesystems: { root: /, far: { host: source, path: / }${more} }\n`,
  );
  const { snapshot, ms } = collectOn(site);
  const host = itemOf(snapshot, 'hosts', 'source');
  assert.equal(host.status, 'ok', JSON.stringify(host));
  return {
    snapshot,
    ms,
    host: host.status === 'ok' ? host.data : {},
    far: itemOf(snapshot, 'filesystems', 'far'),
    root: itemOf(snapshot, 'filesystems', 'root'),
  };
}

const volts = [51.3, Math.PI * 16];

function writeStore(folder: string): void {
  const values = { DCInverterVolts: volts, BatterySOC: [1, 0], InternalTemperature: [0, 1 / 3] };
  for (const [path, bytes] of storeFiles({ at: new Date(), minutes: [5, 0], values })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

const connections = (log: string): number =>
  log.split('\n').filter((line) => line.includes('Accepted publickey')).length;

describe('machines over a real ssh', () => {
  test('another machine’s disks are read as this one’s, over one connection, and nothing is left behind', async (t) => {
    const sshd = await startSshd(t);
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'real dir'));
    symlinkSync(join(folder, 'real dir'), join(folder, "it's a link"));
    const link = `, linked: { host: source, path: "${folder}/it's a link" }`;
    const { host, far, root: local, snapshot } = collect(folder, sshd.config, link);
    assert.deepEqual([host['reached'], host['address']], [true, 'source']);
    assert.ok(far.status === 'ok' && local.status === 'ok', JSON.stringify(far));
    assert.equal(far.data['host'], 'source');
    assert.equal(far.data['mount_point'], local.data['mount_point']);
    // The same disk, by df there and by statfs here; it is in use meanwhile.
    assert.ok(Math.abs(Number(far.data['used_percent']) - Number(local.data['used_percent'])) < 0.5);
    assert.ok(!('inodes' in far.data), 'POSIX df does not tell of inodes, and so nobody does');
    assert.equal(dataOf(snapshot, 'filesystems', 'linked')['resolved_path'], join(folder, 'real dir'));
    assert.equal(connections(sshd.log()), 1);
    assert.deepEqual(readdirSync(join(folder, 'run', 'ops-monitor', 'ssh')), [], 'a socket is left');
  });

  test('check-config --try reaches the machine over one connection, and says of an unreachable one what cannot be told', async (t) => {
    const sshd = await startSshd(t);
    const folder = temporaryFolder(t);
    const tryWith = (sshConfig: string) => {
      const site = siteIn(
        folder,
        `hosts: { source: { ssh: source, ssh-config: ${sshConfig} } }
filesystems: { far: { host: source, path: / } }
plugins: { there: { host: source, command: [sh] }, gone: { host: source, command: [${folder}/nothing] } }
gates: { far: { host: source, file: ${folder}/gate.json } }
`,
      );
      const { status, stdout } = site.run('check-config', '--try', '--json');
      const { tried } = JSON.parse(stdout) as { tried: { key: string; outcome: string; says: string }[] };
      assert.equal(status, 1);
      return Object.fromEntries(tried.map(({ key, outcome, says }) => [key, `${outcome}: ${says}`]));
    };
    const before = connections(sshd.log());
    const reached = tryWith(sshd.config);
    assert.equal(connections(sshd.log()), before + 1);
    assert.match(reached['hosts.source'] ?? '', /^ok: source is reached/);
    assert.match(reached['filesystems.far'] ?? '', /^ok: \/ lies on \//);
    assert.match(reached['plugins.there'] ?? '', /^ok: \/\S+\/sh is there on source, and may be run/);
    assert.match(reached['plugins.gone'] ?? '', /^problem: there is no program \S+\/nothing on source\. Install it/);
    assert.match(reached['gates.far'] ?? '', /^problem: .*gate\.json.*Correct \S+gate\.json/);

    const closed = tryWith(sshd.configWith('closed', 'Port 1'));
    assert.match(
      closed['hosts.source'] ?? '',
      /^problem: source cannot be reached: it refuses the connection.*Try: ssh -o BatchMode=yes -F \S+ source true$/,
    );
    for (const key of ['filesystems.far', 'gates.far'])
      assert.match(closed[key] ?? '', /^unknown: not tried, because hosts\.source is not reached$/, key);
    for (const key of ['plugins.there', 'plugins.gone'])
      assert.match(closed[key] ?? '', /^unknown: source cannot be reached/, key);
  });

  test('a login shell that prints noise, and a strange shell environment, do not disturb what is read', async (t) => {
    const sshd = await startSshd(t, `ForceCommand echo "Welcome!"; echo '{"a":1}'; exec sh -c "$SSH_ORIGINAL_COMMAND"`);
    const { far, host } = collect(temporaryFolder(t), sshd.config);
    assert.equal(host['reached'], true, JSON.stringify(host));
    assert.equal(far.status, 'ok', JSON.stringify(far));
  });

  test('plugins and metrics of another machine are run and read there, with their arguments, limits and faults', async (t) => {
    const sshd = await startSshd(t);
    const folder = temporaryFolder(t);
    const plugin = join(folder, "a plugin's file");
    const script = '#!/bin/sh\necho "$1 in $(pwd) | time=250ms;1;2 used=5%"; exit "$2"\n';
    writeFileSync(plugin, script, { mode: 0o755 });
    const seconds = `600.${sshd.port}`;
    const textfiles = join(folder, 'text files');
    mkdirSync(textfiles);
    writeFileSync(join(textfiles, 'a.prom'), 'up{n="1"} 1\n');
    writeFileSync(join(textfiles, 'target'), 'up{n="2"} 0\n');
    symlinkSync(join(textfiles, 'target'), join(textfiles, 'b.prom'));
    utimesSync(join(textfiles, 'target'), new Date(), new Date(Date.now() - 3_600_000));
    const far = (command: readonly string[], more = '') =>
      `{ host: source, timeout: 3s, command: ${JSON.stringify(command)}${more} }`;
    const site = siteIn(
      folder,
      [
        `hosts: { source: { ssh: source, ssh-config: ${sshd.config} } }`,
        'plugins:',
        `  good: ${far([plugin, '$(id); "x"', '0'], ', limits: { time: { amber: "0:0.1" } }')}`,
        `  bad: ${far([plugin, 'bad', '2'])}`,
        `  none: ${far(['no-such-plugin', '--password', 'hunter2'])}`,
        `  closed: ${far([join(textfiles, 'a.prom')])}`,
        `  hangs: ${far(['sh', '-c', `sleep ${seconds} & wait`])}`,
        `  flood: ${far(['sh', '-c', 'yes | head -c 200000000'])}`,
        'metrics:',
        `  files: { host: source, file: ${textfiles}/*.prom, family: up, red: "1:" }`,
        `  link: { host: source, file: ${textfiles}/b.prom, family: up, stale: 30m }`,
        `  one: { host: source, file: ${textfiles}/a.prom, family: up, labels: { n: "1" }, red: "1" }`,
        `  gone: { host: source, file: ${textfiles}/none.prom, family: up, absent: green }`,
        `  none: { host: source, file: ${textfiles}/*.txt, family: up, absent: green }`,
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    const good = dataOf(snapshot, 'plugins', 'good');
    assert.deepEqual(
      [good['message'], good['seconds'], good['percent']],
      ['$(id); "x" in /', { time: 0.25 }, { used: 5 }],
    );
    for (const [section, name, reason] of [
      ['plugins', 'none', /no-such-plugin is not installed on source/],
      ['plugins', 'closed', /a\.prom is not installed on source, or may not be run there/],
      ['plugins', 'hangs', /sh did not answer within 3s/],
      ['plugins', 'flood', /sh printed more than 65536 characters/],
      ['metrics', 'gone', /none\.prom does not exist on source/],
      ['metrics', 'none', /no file matches .*\*\.txt/],
    ] as const) {
      const found = itemOf(snapshot, section, name);
      assert.ok(found.status === 'failed', `${name}: ${JSON.stringify(found)}`);
      assert.match(found.reason, reason);
      assert.doesNotMatch(found.reason, /hunter2/);
    }
    const files = dataOf(snapshot, 'metrics', 'files');
    assert.deepEqual([files['values'], files['oldest_file']], [{ 'n=1': 1, 'n=2': 0 }, join(textfiles, 'b.prom')]);
    assert.ok(Math.abs(Number(files['age_seconds']) - 3600) < 60, 'a link has the age of its target');
    assert.equal(site.run('assess-health').status, 0);
    const levels = levelsIn(readText(join(site.state, 'health', 'latest_health.json')));
    const seen = (check: string, ...names: string[]) => names.map((name) => levels[`${check}:${name}`]);
    assert.deepEqual(seen('plugin-result', 'good', 'bad', 'none', 'closed', 'hangs', 'flood'), [
      'green',
      'red',
      ...Array(4).fill('unknown'),
    ]);
    assert.deepEqual(seen('plugin-value', 'good'), ['amber']);
    assert.deepEqual(seen('metric-value', 'files', 'link', 'one', 'gone', 'none'), [
      'red',
      'unknown',
      'green',
      'unknown',
      'unknown',
    ]);
    assert.equal(connections(sshd.log()), 1);
    await until(() => processesOf(seconds).length === 0);
  });

  test('GPUs of another machine are read by its nvidia-smi; without one, and with one that hangs, only that reading says so', async (t) => {
    const programs = temporaryFolder(t);
    const sshd = await startSshd(t, `SetEnv PATH=${programs}:/usr/bin:/bin`);
    const fields = 22;
    const site = siteIn(
      temporaryFolder(t),
      `hosts: { source: { ssh: source, ssh-config: ${sshd.config} } }\nfilesystems: { far: { host: source, path: / } }\ngpus: { far: { host: source, count: 2 } }\n`,
    );
    const none = collectOn(site).snapshot;
    assert.match(JSON.stringify(itemOf(none, 'gpus', 'far')), /nvidia-smi is not installed on source/);

    const row = (index: number, bus: string) =>
      `${index}, 00000000:${bus}:00.0, T4, [N/A], 550.54.15${', [N/A]'.repeat(fields - 5)}`;
    const program = join(programs, 'nvidia-smi');
    const write = (script: string) => writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    write(`printf '%s\\n' '${row(0, '3B')}' '${row(1, 'AF')}'`);
    const read = itemOf(collectOn(site).snapshot, 'gpus', 'far');
    assert.ok(read.status === 'ok', JSON.stringify(read));
    const { listed, card } = read.data as Readable['gpus'][string];
    assert.deepEqual([listed, Object.keys(card), card['3b:00']?.model], [2, ['3b:00', 'af:00'], 'T4']);

    const seconds = `700.${sshd.port}`;
    write(`exec sleep ${seconds}`);
    const { snapshot } = collectOn(site);
    assert.match(JSON.stringify(itemOf(snapshot, 'gpus', 'far')), /did not answer within/);
    assert.equal(itemOf(snapshot, 'filesystems', 'far').status, 'ok');
    await until(() => processesOf(`sleep ${seconds}`).length === 0);
  });

  test('a host without GNU find says so', async (t) => {
    const bin = temporaryFolder(t);
    writeFileSync(join(bin, 'find'), '#!/bin/sh\necho "find: unrecognized: -printf" >&2\nexit 1\n');
    chmodSync(join(bin, 'find'), 0o755);
    const sshd = await startSshd(t, `ForceCommand PATH=${bin}:$PATH exec sh -c "$SSH_ORIGINAL_COMMAND"`);
    const { far, host, snapshot } = collect(
      temporaryFolder(t),
      sshd.config,
      ', deep: { host: source, path: /usr/lib }',
    );
    assert.equal(host['reached'], true);
    // The root needs no find; a path below it does.
    assert.equal(far.status, 'ok');
    const deep = itemOf(snapshot, 'filesystems', 'deep');
    assert.match(deep.status === 'failed' ? deep.reason : '', /source has no GNU find/);
  });

  test('every way not to get there has its own reason, within the deadline, and costs no other reading', async (t) => {
    const sshd = await startSshd(t);
    const silentPort = await listenSilently(t);
    execFileSync('sh', [
      '-c',
      `printf '[127.0.0.1]:%s %s\\n' ${sshd.port} "$(cut -d' ' -f1,2 ${sshd.folder}/stranger.pub)" > ${sshd.folder}/changed`,
    ]);
    const cases: [what: string, setting: string, reason: RegExp][] = [
      ['a closed port', 'Port 1', /refuses the connection/],
      ['an unknown name', 'HostName no-such-host.invalid', /its name cannot be resolved/],
      ['an unauthorised key', `IdentityFile ${sshd.folder}/stranger`, /refuses our key/],
      ['a changed host key', `UserKnownHostsFile ${sshd.folder}/changed`, /host key has changed/],
      ['an unknown host key', 'UserKnownHostsFile /dev/null', /host key is not known/],
      ['a missing banner', `Port ${silentPort}`, /sends no ssh banner|no connection within/],
    ];
    assert.ok(cases.length >= 6);
    for (const [index, [what, setting, reason]] of cases.entries()) {
      const config = sshd.configWith(`case_${index}`, setting);
      const { host, far, root: local, ms } = collect(temporaryFolder(t), config, '', '5s');
      assert.equal(host['reached'], false, what);
      assert.match(String(host['error']), reason, what);
      assert.match(far.status === 'failed' ? far.reason : '', reason, what);
      assert.equal(local.status, 'ok', what);
      assert.ok(ms < 30_000, `${what}: ${ms} ms`);
    }
  });

  test('ten machines that hang or refuse at once, with a stream and a copy on each: the run ends in time, the rest is there', async (t) => {
    const sshd = await startSshd(t);
    const port = { silent: await listenSilently(t), refuses: 1 };
    const folder = temporaryFolder(t);
    const files = join(folder, 'data');
    mkdirSync(files);
    writeFileSync(join(files, 'newest.nc'), 'data');
    const bad = (['silent', 'refuses'] as const).flatMap((kind) =>
      [1, 2, 3, 4, 5].map((number) => ({
        name: `${kind}${number}`,
        config: sshd.configWith(kind, `Port ${port[kind]}`),
      })),
    );
    const host = ({ name, config }: { name: string; config: string }) =>
      `  ${name}: { ssh: source, ssh-config: ${config}, deadline: 5s }\n`;
    const stream = (name: string, at: string, copies: string) =>
      `  ${name}: { source: { ${at} root: ${files}, files: "*.nc", time: mtime }, window: 1h, mirrors: { ${copies} } }\n`;
    const site = siteIn(
      folder,
      [
        'hosts:\n',
        ...[...bad, { name: 'good', config: sshd.config }].map(host),
        `filesystems: { root: / }\nstreams:\n`,
        // What is well has a copy on every machine that is not.
        stream('here', '', bad.map(({ name }) => `${name}: { host: ${name}, root: ${files} }`).join(', ')),
        stream('there', 'host: good,', `local: { root: ${files} }`),
        ...bad.map(({ name }) => stream(name, `host: ${name},`, `local: { root: ${files} }`)),
      ].join(''),
    );
    const { snapshot, ms } = collectOn(site);
    assert.ok(ms < 45_000, `${ms} ms`);
    const found = (section: string, item: string) => itemOf(snapshot, section, item).status;
    for (const { name } of bad) {
      const told = itemOf(snapshot, 'hosts', name);
      assert.ok(told.status === 'ok' && told.data['reached'] === false, JSON.stringify(told));
      assert.equal(found('streams', name), 'failed');
      assert.equal(found('mirrors', `${name}.local`), 'failed');
      assert.equal(found('mirrors', `here.${name}`), 'failed');
    }
    assert.equal(found('filesystems', 'root'), 'ok');
    assert.equal(found('streams', 'here'), 'ok');
    assert.equal(found('streams', 'there'), 'ok');
    assert.equal(found('mirrors', 'there.local'), 'ok');
    t.diagnostic(`${bad.length} bad machines: ${Math.round(ms)} ms`);
  });

  test('nothing is changed there: every program and every file that is opened, as traced under an account that can only read', async (t) => {
    installPackages('strace');
    const folder = temporaryFolder(t);
    const traces = join(folder, 'traces');
    const data = join(folder, 'data');
    for (const made of [traces, data]) mkdirSync(made);
    chmodSync(folder, 0o755);
    chmodSync(traces, 0o777);
    writeFileSync(join(data, 'newest.nc'), 'data');
    const gate = {
      schema_version: 1,
      gate: 'prune',
      verdict: 'pass',
      decided_at: new Date().toISOString(),
      counts: {},
    };
    writeFileSync(join(data, 'gate.json'), JSON.stringify(gate));
    writeStore(join(data, 'power.zarr'));
    const calls = 'execve,open,openat,creat,%file,ftruncate,fchmod,fchown,copy_file_range';
    const sshd = await startSshd(
      t,
      `ForceCommand exec setpriv --reuid=65534 --regid=65534 --clear-groups strace -f --seccomp-bpf -qq -s 500 -e trace=${calls} -o ${traces}/$$ sh -c "$SSH_ORIGINAL_COMMAND"`,
    );
    const site = siteIn(
      folder,
      [
        `hosts: { source: { ssh: source, ssh-config: ${sshd.config} } }`,
        `filesystems: { far: { host: source, path: ${data} } }`,
        `gates: { prune: { host: source, file: ${data}/gate.json } }`,
        `streams: { s: { source: { host: source, root: ${data}, files: "*.nc" }, mirrors: { copy: { host: source, root: ${data} } } }, z: { source: { host: source, root: ${data}/power.zarr, time: zarr } } }`,
        `power: { host: source, store: ${data}/power.zarr }`,
        `workspace: { host: source, path: ${data}, network: false }`,
        '',
      ].join('\n'),
    );
    const { snapshot } = collectOn(site);
    for (const [section, item] of [
      ['filesystems', 'far'],
      ['gates', 'prune'],
      ['streams', 's'],
      ['streams', 'z'],
      ['mirrors', 's.copy'],
    ] as const) {
      const outcome = itemOf(snapshot, section, item);
      assert.equal(outcome.status, 'ok', `${section}.${item}: ${JSON.stringify(outcome)}`);
    }
    const { power, workspace } = snapshot.sections;
    assert.ok(power?.status === 'ok' && workspace?.status === 'ok', JSON.stringify([power, workspace]));
    // Every byte of it, though it came through a shell as text.
    const { voltage_volts, charge_percent, temperature_celsius } = power.data as Readable['power'];
    assert.deepEqual([voltage_volts, charge_percent, temperature_celsius], volts.slice(-1).concat(0, 1 / 3));
    assert.equal((workspace.data as Readable['workspace']).reached, true);
    const lines = readdirSync(traces).flatMap((name) => readText(join(traces, name)).split('\n'));
    const ran = lines.flatMap((line) => /execve\("[^"]*\/([^/"]+)".* = 0$/.exec(line)?.[1] ?? []);
    assert.ok(ran.length >= 4, `too little was traced: ${ran.join(' ')}`);
    const allowed = 'sh cat cd df dd echo env head ls od printf pwd sed tail test tr true wc dash find'.split(' ');
    const needed = [...new Set(ran)].filter((name) => !allowed.includes(name));
    assert.deepEqual(needed, [], 'more than POSIX tools and GNU find');
    const changes = lines.filter(
      (line) =>
        (/open(?:at)?\(/.test(line) &&
          /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/.test(line) &&
          !line.includes('"/dev/null"')) ||
        /\b(?:creat|unlink|rename|mkdir|mknod|rmdir|link|symlink|chmod|fchmod|chown|lchown|fchown|truncate|ftruncate|utime|utimes|utimensat|setxattr|removexattr|mount|umount2|copy_file_range)(?:at2?|at)?\(/.test(
          line,
        ),
    );
    assert.deepEqual(changes, []);
  });

  /** An sshd on whose machine df hangs, and the processes in which it does. */
  async function startWithHangingDf(t: TestContext) {
    const bin = temporaryFolder(t);
    writeFileSync(join(bin, 'df'), `#!/bin/sh\necho $$ >> ${bin}/pids\nexec sleep 1000\n`, { mode: 0o755 });
    const sshd = await startSshd(t, `ForceCommand PATH=${bin}:$PATH exec sh -c "$SSH_ORIGINAL_COMMAND"`);
    const pids = (): string[] => (existsSync(join(bin, 'pids')) ? readText(join(bin, 'pids')).trim().split('\n') : []);
    const live = () => pids().filter((pid) => existsSync(`/proc/${pid}`) && readText(`/proc/${pid}/cmdline`) !== '');
    return { sshd, begun: () => pids().length, live };
  }

  test('a command that hangs there costs its own reading, the run ends in time, and the command with it', async (t) => {
    const { sshd, begun, live } = await startWithHangingDf(t);
    const { far, host, root: local, ms } = collect(temporaryFolder(t), sshd.config);
    assert.equal(host['reached'], true);
    assert.equal(far.status === 'failed' && far.kind, 'timeout', JSON.stringify(far));
    assert.equal(local.status, 'ok');
    assert.ok(ms < 60_000, `${ms} ms`);
    assert.equal(begun(), 1);
    await until(() => live().length === 0);
  });

  test('when the run is killed, its connection ends by itself, and what it had begun there', async (t) => {
    const { sshd, begun, live } = await startWithHangingDf(t);
    const folder = temporaryFolder(t);
    writeFileSync(
      join(folder, 'config.yaml'),
      `files: { state: ${folder}/state }\nhosts: { source: { ssh: source, ssh-config: ${sshd.config} } }\nfilesystems: { far: { host: source, path: / } }\n`,
    );
    const env = { ...process.env, XDG_RUNTIME_DIR: join(folder, 'run'), XDG_CACHE_HOME: join(folder, 'cache') };
    const child = spawn(
      process.execPath,
      [join(root, 'dist', 'collect-snapshot.cjs'), '--config', join(folder, 'config.yaml')],
      { env, stdio: 'ignore' },
    );
    await until(() => begun() > 0);
    child.kill('SIGKILL');
    const clients = () => processesOf(join(folder, 'run'));
    assert.ok(clients().length > 0, 'there was no connection to lose');
    assert.equal(live().length, 1);
    await until(() => clients().length + live().length === 0);
  });
});
