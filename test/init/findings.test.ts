// What `init` makes of single things that it finds on a machine.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { configurationOf, survey } from '../../lib/commands/init/survey.ts';
import type { Host } from '../../lib/contract/host.ts';
import { hostOf } from '../host.ts';

const at = new Date('2026-11-20T08:00:00Z');
const space = { block_bytes: 4096, blocks: 1000, free_blocks: 900, available_blocks: 900, inodes: 10, free_inodes: 9 };
const folder = { kind: 'folder', size_bytes: 1, modified_at: at.toISOString() } as const;

/** A machine with these files, in these folders. */
async function surveyOf(files: Readonly<Record<string, string>>, more: Partial<Host> = {}, sshConfig = '') {
  const found = await survey({
    site: 'vm',
    files: {},
    streamsIn: ['/in'],
    sshConfig,
    at,
    open: async () => (_name, signal) =>
      hostOf({
        readText: async (path) => files[path] ?? '',
        statfs: async () => space,
        stat: async () => folder,
        list: async () => [],
        ...more,
        signal,
      }),
  });
  return { ...found, told: found.left.map(({ what, why }) => `${what}: ${why}`).join('\n') };
}

const mounts = (...paths: readonly string[]): string =>
  ['27 1 254:1 / / rw - ext4 /dev/vda1 rw']
    .concat(paths.map((path, index) => `${40 + index} 27 8:${index} / ${path} ro - ext4 /dev/sd${index} ro`))
    .map((line) => `${line}\n`)
    .join('');

describe('init', () => {
  test('a filesystem that is read-only now is red where /etc/fstab does not say `ro`, and allowed elsewhere', async () => {
    const { text, troubles, notes } = await surveyOf({
      '/proc/self/mountinfo': mounts('/failing', '/archive', '/unlisted'),
      '/etc/fstab': '/dev/sd0 /failing ext4 defaults,errors=remount-ro 0 2\n/dev/sd1 /archive ext4 noatime,ro 0 2\n',
    });
    const { filesystems = {} } = configurationOf(text);
    const allowed = Object.entries(filesystems).filter(([, one]) => one['read-only'] === 'allowed');
    assert.deepEqual(allowed.map(([name]) => name).toSorted(), ['archive', 'unlisted']);
    assert.match(text, /^ {2}failing: \/failing +# ext4 on \/dev\/sd0, READ-ONLY now, .*fstab does not ask for/m);
    assert.deepEqual(
      troubles.map(({ level, message }) => [level, message.includes('/failing')]),
      [['red', true]],
    );
    assert.match(notes.join('\n'), /written down as allowed: \/archive, \/unlisted$/m);
  });

  test('a stream of which only empty files are left is said to have only empty files', async () => {
    const tree: Readonly<Record<string, readonly string[]>> = {
      '/in': ['full', 'void'],
      '/in/void': ['20261119', '20261120'],
      '/in/void/20261120': ['a.nc'],
      '/in/full': ['20261119', '20261120'],
    };
    const { told } = await surveyOf(
      { '/proc/self/mountinfo': mounts() },
      {
        list: async (path) => [...(tree[path] ?? [])],
        stat: async (path) => (path.endsWith('.nc') ? { ...folder, kind: 'file', size_bytes: 0 } : folder),
      },
    );
    assert.match(told, /^\/in\/void: its newest dated folders hold only empty files$/m);
    assert.match(told, /^\/in\/full: its newest dated folders hold no file$/m);
  });

  test('the page of the monitor itself is not suggested; the page of another program is', async () => {
    const listening = [0x1f90, 8790].map(
      (port, index) =>
        `   ${index}: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1`,
    );
    const { text, told } = await surveyOf(
      { '/proc/self/mountinfo': mounts(), '/proc/net/tcp': ['  sl  local_address', ...listening, ''].join('\n') },
      { get: async () => ({ status: 200, response_ms: 1 }) },
    );
    assert.deepEqual(
      Object.values(configurationOf(text).endpoints).map(({ url }) => url),
      ['http://127.0.0.1:8080/'],
    );
    assert.match(told, /^port 8790: that of the monitor’s own page$/m);
  });

  test('machines of an ssh_config come with what the monitor’s user needs to reach them', async () => {
    const files = { '/proc/self/mountinfo': mounts() };
    const { text } = await surveyOf(files, {}, 'Host radar\n');
    assert.match(text, /The monitor’s user does not read that file: write\n# `USER@ADDRESS`, or .*`ssh-config: FILE`/);
    assert.match(
      (await surveyOf(files)).told,
      /^other machines: your ~\/\.ssh\/config names none; those of other users/m,
    );
  });
});
