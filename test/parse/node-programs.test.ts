import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseGoDuration } from '../../lib/parse/go.ts';
import { parseUfwStatus } from '../../lib/parse/ufw.ts';
import { parseAddress, parseListenPort, parsePeers } from '../../lib/parse/wireguard.ts';
import { refuses } from './refuses.ts';

describe('parse/go', () => {
  test('reads durations as Go prints them', () => {
    for (const [text, seconds] of [
      ['0s', 0],
      ['0', 0],
      ['1h2m3.5s', 3723.5],
      ['-300ms', -0.3],
      ['34.567µs', 34.567e-6],
      ['12ns', 12e-9],
      ['26h0m0s', 93_600],
    ] as const)
      assert.ok(Math.abs(parseGoDuration(text) - seconds) < 1e-12, text);
    refuses(parseGoDuration, ['', 'never', '1', '1 h', '1x', 's', '1h-2m'], 7);
  });
});

describe('parse/ufw', () => {
  test('reads whether it is active, and its rules', () => {
    const text = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere
10.0.0.1 5001              DENY IN     192.0.2.0/24
22/tcp (v6)                LIMIT IN    Anywhere (v6)
`;
    assert.deepEqual(parseUfwStatus(text), {
      active: true,
      rules: ['22/tcp ALLOW IN Anywhere', '10.0.0.1 5001 DENY IN 192.0.2.0/24', '22/tcp (v6) LIMIT IN Anywhere (v6)'],
    });
    assert.deepEqual(parseUfwStatus('Status: inactive\n'), { active: false, rules: [] });
    refuses(parseUfwStatus, ['', 'Status: unknown\n', 'ERROR: You need to be root to run this script\n'], 3);
  });
});

describe('parse/wireguard', () => {
  const peer = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

  test('reads a field of each peer', () => {
    assert.deepEqual([...parsePeers(`${peer}\t1764583215\n`, 'latest-handshakes')], [[peer, '1764583215']]);
    assert.equal(parsePeers(`${peer}\t12\t34\n`, 'transfer').get(peer), '12\t34');
    assert.deepEqual([...parsePeers('', 'endpoints')], []);
    refuses(
      (text) => parsePeers(text, 'endpoints'),
      ['wg0', 'key\t1', peer, `wg0\t${peer}`, 'Unable to access interface'],
      5,
    );
  });

  test('reads the address of an interface, of IPv4 where there is one', () => {
    const link = (...all: readonly object[]): unknown => [{ ifname: 'wg0', addr_info: all }];
    const four = { family: 'inet', local: '10.0.0.1', scope: 'global' };
    const six = { family: 'inet6', local: 'fd00::1', scope: 'global' };
    assert.equal(parseAddress(link(six, four)), '10.0.0.1');
    assert.equal(parseAddress(link(six)), 'fd00::1');
    assert.equal(parseAddress(link({ ...six, scope: 'link' })), undefined);
    for (const wrong of [[], {}, [{}], 'x', undefined])
      assert.throws(() => parseAddress(wrong), /not the output of ip/);
  });

  test('reads the port of an interface', () => {
    assert.equal(parseListenPort('51820\n'), 51_820);
    refuses(parseListenPort, ['', 'wg0\t51820\n', 'off\n', '51820'], 4);
  });
});
