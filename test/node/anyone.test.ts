// What the report says of anon 0.4.10.2, or of tor, by the protocol of their control port.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test, { describe } from 'node:test';
import { type Machine, running, sectionOn } from './machine.ts';

const cookie = '\u0001'.repeat(32);
const hex = '01'.repeat(32);
interface Answers {
  readonly phase?: string;
  readonly conf?: string;
  readonly fingerprint?: string;
}
const welcome = ({
  phase = 'NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
  conf = '250-ORPort=9001\r\n250-SocksPort=0\r\n250 Nickname=node1',
  fingerprint = '250-fingerprint=0123456789ABCDEF0123456789ABCDEF01234567\r\n250 OK',
}: Answers = {}): string =>
  `250 OK\r\n250-status/bootstrap-phase=${phase}\r\n250-status/circuit-established=1\r\n250-status/reachability-succeeded=OR=1 DIR=0\r\n250-version=0.4.10.2\r\n250 OK\r\n${conf}\r\n${fingerprint}\r\n250 closing connection\r\n`;
const refusal = '515 Authentication failed: Safe cookie response did not match expected value.\r\n';

const nonceIn = (sent: string): string | undefined => /^AUTHCHALLENGE SAFECOOKIE ([0-9a-f]{64})\r\n$/.exec(sent)?.[1];
const answers =
  (more: Answers = {}) =>
  (sent: string): string => {
    const nonce = nonceIn(sent);
    if (nonce !== undefined) return challenge(nonce);
    return sent.startsWith(`AUTHENTICATE ${hashOf('controller-to-server')}\r\n`) ? welcome(more) : refusal;
  };

const theirs = '02'.repeat(32);
/** The nonce of the login that goes on. */
let ours = '';
const hashOf = (direction: string, known = cookie): string =>
  createHmac('sha256', `Tor safe cookie authentication ${direction} hash`)
    .update(Buffer.from(known))
    .update(Buffer.from(ours + theirs, 'hex'))
    .digest('hex');
function challenge(nonce: string, known = cookie): string {
  ours = nonce;
  const hash = hashOf('server-to-controller', known).toUpperCase();
  return `250 AUTHCHALLENGE SERVERHASH=${hash} SERVERNONCE=${theirs}\r\n`;
}

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
        { ...relay, conversations: { '/run/anon/control': (sent) => (nonceIn(sent) ? answers()(sent) : refusal) } },
      ],
      [
        /^control: \/run\/anon\/control\.authcookie is not a cookie: it has 5 bytes, and a cookie has 32$/,
        undefined,
        { ...relay, files: { ...relay.files, '/run/anon/control.authcookie': 'short' } },
      ],
      [
        /^control: not a reply of a control port: "HTTP/,
        undefined,
        { ...relay, conversations: { '/run/anon/control': () => 'HTTP/1.1 400\r\n' } },
      ],
      [
        /^control: .*only \d+ bytes/,
        false,
        {
          ...relay,
          conversations: { '/run/anon/control': (sent) => (nonceIn(sent) ? answers()(sent) : '250 OK\r\n') },
        },
      ],
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

  test('the bytes of the cookie are never sent, and to a program that does not know them nothing that depends on them', async () => {
    const sent: string[] = [];
    const recording = (answer: (text: string) => string): Machine => ({
      ...relay,
      conversations: {
        '/run/anon/control': (text) => {
          sent.push(text);
          return answer(text);
        },
      },
    });
    assert.equal((await sectionOn('anyone', recording(answers()))).fields['bootstrapped'], true);
    assert.equal(sent.length, 2);
    assert.ok(!sent.join('').includes(hex));

    // The owner of the folder linked the cookie to a file of root.
    sent.length = 0;
    const thief = recording((text) => challenge(nonceIn(text) ?? '', '\u0002'.repeat(32)));
    const { fields, errors } = await sectionOn('anyone', thief);
    assert.match(
      errors.join(),
      /^control: \/run\/anon\/control does not know the cookie .*: another program answers there$/,
    );
    assert.ok(!('bootstrapped' in fields));
    assert.deepEqual(
      sent.map((text) => text.split(' ')[0]),
      ['AUTHCHALLENGE'],
    );
  });

  test('a password goes to the configured port; without one, none is sent', async () => {
    const node = 'node: { anyone: { control: "127.0.0.1:9051", password: $ANON_PASSWORD } }';
    const asked: string[] = [];
    const conversations = {
      '127.0.0.1:9051': (sent: string) => {
        asked.push(sent.split('\r\n')[0] ?? '');
        return welcome();
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
