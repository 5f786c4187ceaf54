import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseAttempts, parseDf, parseFindStat, sshReason } from '../../lib/parse/remote.ts';

describe('parse/remote', () => {
  test('df -kP is a filesystem without inodes, whatever its device is called', () => {
    const text =
      'Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda1         41152812 17015320  22014116      44% /\n';
    assert.deepEqual(parseDf(text), {
      block_bytes: 1024,
      blocks: 41_152_812,
      free_blocks: 24_137_492,
      available_blocks: 22_014_116,
      inodes: 0,
      free_inodes: 0,
    });
    const odd = 'Filesystem 1024-blocks Used Available Capacity Mounted on\nnas:/a b 100 40 60 40% /mnt/a b\n';
    assert.equal(parseDf(odd).blocks, 100);
    const over = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100 99 -4 105% /\n';
    assert.equal(parseDf(over).available_blocks, 0, 'root has written into its reserve');
  });

  test('text that is not the output of df throws', () => {
    const cases = [
      '',
      'df: /x: No such file or directory\n',
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n',
      '/dev/x - - - - /\n',
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100 40 60 40% /m', // cut off
      '/dev/x 100 40 60 40% /\n', // no header
    ];
    assert.ok(cases.length >= 6);
    for (const text of cases) assert.throws(() => parseDf(text), /df -kP did not print a filesystem/, text);
  });

  test('df whose columns contradict Capacity, or with an unusual block size, throws', () => {
    const head = (blocks: number) => `Filesystem ${blocks}-blocks Used Available Capacity Mounted on\n`;
    const cases = [
      `${head(1024)}/dev/x 100 40 60 90% /\n`,
      `${head(1024)}/dev/x 0 40 60 40% /\n`,
      `${head(1024)}/dev/x 1000 1 999 100% /\n`,
      `${head(1)}/dev/x 100 40 60 40% /\n`,
      `${head(1048576)}/dev/x 100 40 60 40% /\n`,
    ];
    for (const text of cases) assert.throws(() => parseDf(text), /contradicts itself|counts in blocks of/, text);
    assert.equal(parseDf(`${head(512)}/dev/x 100 40 60 40% /\n`).block_bytes, 512);
    assert.ok(cases.length >= 5);
  });

  test('the output of find is read as a file, a folder, a link with its target, or another kind', () => {
    assert.deepEqual(parseFindStat('f\t12\t1795160656.5000000000\t'), {
      kind: 'file',
      size_bytes: 12,
      modified_at: '2026-11-20T07:44:16.500Z',
    });
    assert.equal(parseFindStat('f\t12\t1795160656.0709998\t').modified_at, '2026-11-20T07:44:16.071Z');
    assert.equal(parseFindStat('f7\t12\t1\t').permissions, '007');
    assert.ok(!('permissions' in parseFindStat('f\t12\t1\t')), 'a recording of an earlier version');
    assert.equal(parseFindStat('d\t4096\t0.0\t').kind, 'folder');
    assert.deepEqual(parseFindStat('l\t3\t-1.0\ta\nb').target, 'a\nb');
    assert.equal(parseFindStat('p\t0\t1\t').kind, 'other');
    for (const text of ['', 'f\t12', 'f\tmany\t1\t', 'find: x'])
      assert.throws(() => parseFindStat(text), /did not print/, text);
    assert.throws(() => parseFindStat('f\t12\t99999999999999.5\t'), /a time that is no date: 99999999999999\.5 s/);
  });

  test('earlier attempts that still run are read by the name of their work; other lines are left out', () => {
    const text = '4711 2026-11-20T07:44:16.500Z stream-a%20b\n\nodd\n12 2026-11-20T07:44:16.500Z \n';
    const attempt = { pid: '4711', since: '2026-11-20T07:44:16.500Z' };
    assert.deepEqual([...parseAttempts(text)], [['stream-a%20b', attempt]]);
    assert.equal(parseAttempts('').size, 0);
  });

  const words: [said: string, reason: RegExp][] = [
    ['ssh: connect to host h port 22: Connection refused\r\n', /refuses the connection/],
    ['ssh: connect to host h port 22: Connection timed out\n', /does not answer/],
    ['ssh: connect to host h port 22: No route to host\n', /no route/],
    ['ssh: Could not resolve hostname h: Name or service not known\n', /name cannot be resolved/],
    ['Connection timed out during banner exchange\nConnection to 127.0.0.1 port 9 timed out\n', /no ssh banner/],
    ['user@h: Permission denied (publickey).\n', /refuses our key/],
    [
      '@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n…\nHost key verification failed.\n',
      /host key has changed/,
    ],
    [
      'No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.\n',
      /not known here/,
    ],
    [
      'mux_client_request_session: session request failed: Session open refused by peer\nConnection closed by UNKNOWN port 65535\n',
      /refuses more sessions.*MaxSessions/,
    ],
    ['kex_exchange_identification: Connection closed by remote host\n', /closed the connection/],
    ['something\nnew under the sun\n', /^new under the sun$/],
    ['', /no reason/],
  ];

  test('every error message of ssh has a reason that says where to look', () => {
    assert.ok(words.length >= 12);
    for (const [said, reason] of words) assert.match(sshReason(said), reason, said);
  });
});
