// What the report says of anon 0.4.10.2, or of tor, by the protocol of their control port.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Machine, running, sectionOn } from './machine.ts';

const cookie = '\u0001'.repeat(32);
const hex = '01'.repeat(32);
interface Answers {
  readonly phase?: string;
  readonly conf?: string;
  readonly fingerprint?: string;
}
const answers =
  ({
    phase = 'NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
    conf = '250-ORPort=9001\r\n250-SocksPort=0\r\n250 Nickname=node1',
    fingerprint = '250-fingerprint=0123456789ABCDEF0123456789ABCDEF01234567\r\n250 OK',
  }: Answers = {}) =>
  (sent: string): string =>
    sent.startsWith(`AUTHENTICATE proof-of-${hex}\r\n`)
      ? `250 OK\r\n250-status/bootstrap-phase=${phase}\r\n250-status/circuit-established=1\r\n250-status/reachability-succeeded=OR=1 DIR=0\r\n250-version=0.4.10.2\r\n250 OK\r\n${conf}\r\n${fingerprint}\r\n250 closing connection\r\n`
      : '515 Authentication failed: Wrong length on authentication cookie.\r\n';

const base = running({ anon: [9001] });
const relay: Machine = {
  ...base,
  files: { ...base.files, '/run/anon/control': '', '/run/anon/control.authcookie': cookie },
  conversations: { '/run/anon/control': answers() },
};

describe('node/anyone', () => {
  test('a relay: bootstrap, reachability, identity', async () => {
    const { fields, errors } = await sectionOn('anyone', relay);
    assert.deepEqual(errors, []);
    assert.deepEqual(fields, {
      address: '/run/anon/control',
      found_by: 'the process anon (100)',
      relay_active: true,
      client_active: false,
      mode: 'relay',
      version: '0.4.10.2',
      orport_listening: true,
      socks_listening: false,
      control_listening: true,
      bootstrapped: true,
      bootstrap_pct: 100,
      circuit_established: true,
      reachable: true,
      fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
      nickname: 'node1',
    });
  });

  test('a client half way: no identity, not bootstrapped, and no relay', async () => {
    const { files, programs } = running({ anon: [9050] });
    const { fields, errors } = await sectionOn('anyone', {
      ...relay,
      programs,
      files: { ...relay.files, ...files },
      conversations: {
        '/run/anon/control': answers({
          phase: 'NOTICE BOOTSTRAP PROGRESS=45 TAG=requesting_descriptors SUMMARY="x"',
          conf: '250-ORPort=0\r\n250-SocksPort=9050\r\n250 Nickname',
          fingerprint: '551 Not running in server mode',
        }),
      },
    });
    assert.deepEqual(errors, []);
    const { mode, relay_active: isRelay, client_active: isClient, bootstrapped, bootstrap_pct: percent } = fields;
    assert.deepEqual([mode, isRelay, isClient, bootstrapped, percent], ['client', false, true, false, 45]);
    for (const name of ['fingerprint', 'nickname', 'reachable']) assert.ok(!(name in fields), name);
  });

  test('a cookie that this user may not read, a refused login, garbage and silence are reasons', async () => {
    const closed = { ...relay, files: { ...relay.files, '/run/anon/control.authcookie': 'denied' } };
    const cases: readonly (readonly [RegExp, unknown, Machine])[] = [
      [/^control: .*permission/, undefined, closed],
      [
        /^control: it refuses the login: Authentication failed/,
        undefined,
        { ...relay, files: { ...relay.files, '/run/anon/control.authcookie': 'short' } },
      ],
      [
        /^control: not a reply of a control port: "HTTP/,
        undefined,
        { ...relay, conversations: { '/run/anon/control': () => 'HTTP/1.1 400\r\n' } },
      ],
      [/^control: .*only \d+ bytes/, false, { ...relay, conversations: { '/run/anon/control': () => '250 OK\r\n' } }],
      [/^control: .*nothing listens there/, false, { ...relay, conversations: {} }],
      [
        /^control: not a phase of a bootstrap/,
        undefined,
        { ...relay, conversations: { '/run/anon/control': answers({ phase: 'soon' }) } },
      ],
    ];
    for (const [words, listens, machine] of cases) {
      const { fields, errors } = await sectionOn('anyone', machine);
      assert.match(errors.join('\n'), words);
      assert.ok(!('bootstrapped' in fields) && !('bootstrap_pct' in fields));
      assert.deepEqual([fields['control_listening'], fields['relay_active']], [listens, true]);
      assert.ok(!JSON.stringify([fields, errors]).includes(hex));
    }
  });

  test('a password goes to the configured port; without one, none is sent', async () => {
    const node = 'node: { anyone: { control: "127.0.0.1:9051", password: $ANON_PASSWORD } }';
    const asked: string[] = [];
    const conversations = {
      '127.0.0.1:9051': (sent: string) => {
        asked.push(sent.split('\r\n')[0] ?? '');
        return answers()(`AUTHENTICATE proof-of-${hex}\r\n`);
      },
    };
    const { fields } = await sectionOn('anyone', { ...base, conversations }, { node });
    assert.equal(fields['bootstrapped'], true);
    await sectionOn('anyone', { ...base, conversations }, { node: 'node: { anyone: { control: "127.0.0.1:9051" } }' });
    assert.deepEqual(asked, ['AUTHENTICATE "the-secret"', 'AUTHENTICATE']);
  });

  test('a node without it says so', async () => {
    const { fields, absent } = await sectionOn('anyone', running({ sshd: [22] }));
    assert.deepEqual(fields, {});
    assert.match(absent.join(), /^no unit and no process of Anyone or tor/);
  });
});
