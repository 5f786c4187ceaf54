// Machines whose names are traps: nothing of them may become a line of the configuration or a code of the terminal.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { configurationOf, survey } from '../../lib/commands/init/survey.ts';
import type { Host } from '../../lib/contract/host.ts';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { parseSshHosts } from '../../lib/parse/sshconfig.ts';
import { hostOf } from '../host.ts';
import { temporaryFolder } from '../world.ts';

const at = new Date('2026-11-20T08:00:00Z');

const surveyOf = (host: Partial<Host>, more: { streamsIn?: readonly string[]; sshConfig?: string } = {}) =>
  survey({
    site: 'vm',
    files: {},
    streamsIn: [],
    sshConfig: '',
    at,
    open: async () => (_name, signal) => hostOf({ ...host, signal }),
    ...more,
  });

const space = { block_bytes: 4096, blocks: 1000, free_blocks: 900, available_blocks: 900, inodes: 10, free_inodes: 9 };
const folder = { kind: 'folder', size_bytes: 1, modified_at: at.toISOString() } as const;
const rootMount = '27 1 254:1 / / rw shared:1 - ext4 /dev/vda1 rw\n';

/** As the kernel writes it. */
const escaped = (path: string): string =>
  path.replaceAll(/[ \t\n\\]/g, (mark) => `\\${mark.charCodeAt(0).toString(8).padStart(3, '0')}`);

describe('init on a hostile machine', () => {
  test('mount points with quotes, colons and comments are quoted, those with control characters are left out', async () => {
    const odd = [
      '/data "1"',
      "/it's: [x]",
      '/a # b',
      '/{yes}',
      '/true',
      '/a\nsite: evil',
      '/esc\u001B[2J',
      '/\u202Eexe',
      '/$HOME',
    ];
    const mounts = odd.map((path, at_) => `${40 + at_} 27 8:${at_} / ${escaped(path)} rw - ext4 /dev/sd${at_} rw\n`);
    const { text, left } = await surveyOf({
      readText: async (path) => (path === '/proc/self/mountinfo' ? rootMount + mounts.join('') : ''),
      statfs: async () => space,
      stat: async () => folder,
    });
    const { filesystems = {}, site } = configurationOf(text);
    assert.equal(site, 'vm');
    const paths = Object.values(filesystems).map(({ path }) => path);
    assert.deepEqual(
      paths.toSorted(),
      ['/', ...odd.filter((path) => !['\n', '\u001B', '\u202E'].some((mark) => path.includes(mark)))].toSorted(),
    );
    assert.equal(left.filter(({ why }) => why.includes('characters')).length, 3);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(text, /[\0-\u0009\u000B-\u001F\u007F-\u009F\u202E]|^site: evil/m);
  });

  test('units, checkouts and machines with odd names neither break the file nor run anything', async () => {
    const ran: string[][] = [];
    const { text } = await surveyOf(
      {
        readText: async (path) => (path === '/proc/self/mountinfo' ? rootMount : ''),
        statfs: async () => space,
        stat: async () => folder,
        list: async (path) => {
          if (path === '/opt') return ['a\nb', '-rf', '$(reboot)', '__proto__', "q'uote", 'x'.repeat(255)];
          return path.startsWith('/opt/') ? ['.git'] : [];
        },
        run: async (argv) => {
          ran.push([...argv]);
          const units = ['ok.service', 'a\\x2db.service', 'e;vil$(x).service', '--help.service'];
          const lines = units.map((unit) => `${unit} enabled enabled`).join('\n');
          if (argv[1] === 'list-unit-files')
            return { exit_code: 0, stdout: `${lines}\n\n${units.length} unit files listed.\n`, stderr: '' };
          if (argv[1] === 'list-units') return { exit_code: 0, stdout: '0 loaded units listed.\n', stderr: '' };
          throw new Error('refused by this test');
        },
      },
      { sshConfig: 'Host good -oProxyCommand=reboot a\u001Bb $(x)\nHost *.org\nMatch host x exec "reboot"\n' },
    );
    const config = configurationOf(text);
    assert.equal(Object.keys(config.git).length, 0, 'git failed in this test, so that all checkouts are suggestions');
    assert.match(text, /^# {3}proto__: \/opt\/__proto__/m);
    assert.match(text, /^# {3}good: \{ ssh: good \}/m);
    assert.doesNotMatch(text, /ProxyCommand|exec|^b/m);
    const programs = new Set(ran.map(([program = '']) => program));
    assert.deepEqual([...programs].toSorted(), ['nvidia-smi', 'sh', 'systemctl']);
    const shown = ran.find(([, verb]) => verb === 'show') ?? [];
    assert.deepEqual(shown.slice(shown.indexOf('--') + 1), ['ok.service', 'a\\x2db.service', '--help.service']);
  });

  test('10,000 network mounts give a bounded file within the deadline', async () => {
    const began = performance.now();
    const mounts = Array.from(
      { length: 10_000 },
      (_, index) => `${100 + index} 27 0:${index} / /net/m${index} rw - nfs4 nas:/m${index} rw\n`,
    );
    const { text, left } = await surveyOf({
      readText: async (path) => (path === '/proc/self/mountinfo' ? rootMount + mounts.join('') : ''),
      statfs: async () => space,
      stat: async () => folder,
      list: async () => [],
      run: async () => ({ exit_code: 0, stdout: '/x\n4096 1000 900 900 10 9\n', stderr: '' }),
    });
    assert.ok(performance.now() - began < 20_000);
    assert.ok(Object.keys(configurationOf(text).filesystems ?? {}).length <= 41);
    assert.ok(text.length < 20_000, `${text.length} characters`);
    assert.ok(left.some(({ why }) => why.includes('more than 40')));
  });

  test('a folder with 100,000 folders ends the search for checkouts and streams, and not init', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `f${index}`);
    let looks = 0;
    const { left } = await surveyOf(
      {
        readText: async (path) => (path === '/proc/self/mountinfo' ? rootMount : ''),
        statfs: async () => space,
        stat: async () => (looks++, folder),
        list: async () => many,
      },
      { streamsIn: ['/srv/in'] },
    );
    assert.ok(looks < 60_000, `${looks} paths were looked at`);
    assert.ok(left.some(({ what }) => what === 'further checkouts'));
    assert.ok(left.some(({ what, why }) => what === '/srv/in' && why.includes('ended after')));
  });

  test('a finder that hangs costs only what it alone would find', { timeout: 30_000 }, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const surveyed = surveyOf({
      readText: async (path) => (path === '/proc/self/mountinfo' ? rootMount : ''),
      statfs: async () => space,
      stat: async (path) => (path === '/opt/x' ? new Promise(() => undefined) : folder),
      list: async (path) => (path === '/opt' ? ['x'] : []),
    });
    for (let second = 0; second < 20; second++) {
      await nextTurn();
      t.mock.timers.tick(1000);
    }
    const { text, left } = await surveyed;
    assert.match(text, /^ {2}root: \/ /m);
    assert.ok(
      left.some(({ what, why }) => what.includes('checkouts') && why.includes('did not answer within 8s')),
      JSON.stringify(left),
    );
  });

  test('real folders with line breaks and escape codes in their names are left out, and links are not followed', async (t) => {
    const root = temporaryFolder(t);
    const day = join('2026', '11', '20');
    for (const name of ['good', 'b\nad', 'e\u001B[31m', 'quo"te: x']) {
      mkdirSync(join(root, name, day), { recursive: true });
      writeFileSync(join(root, name, day, 'a.nc'), 'x');
    }
    // A link out of the tree, to a folder with data.
    symlinkSync(join(root, 'good'), join(root, 'link'));
    const open = localHostOpener({ notes: join(root, 'notes'), userAgent: 'test' });
    const { text, left } = await survey({
      site: 'vm',
      files: {},
      streamsIn: [root],
      sshConfig: '',
      at: new Date(),
      open: async () => (_name, signal) => ({ ...open(signal), get: async () => ({ response_ms: 1, error: 'no' }) }),
    });
    const roots = Object.values(configurationOf(text).streams).map(({ source }) => source?.root ?? '');
    assert.deepEqual(roots.toSorted(), [join(root, 'good'), join(root, 'quo"te: x')]);
    assert.equal(left.filter(({ why }) => why.includes('characters')).length, 2);
  });

  test('an ssh_config gives names only, and none that ssh would read as an option', () => {
    const text = 'host=one "two"\nHost -oX three *\n  HostName secret.example.org\n# Host four\nHost five !six s?ven\n';
    assert.deepEqual(parseSshHosts(text), ['one', 'two', 'three', 'five']);
  });
});
