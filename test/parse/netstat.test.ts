import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseRoutes, parseSs, parseTcpCounters, parseTimeWait } from '../../lib/parse/netstat.ts';
import { refuses } from './refuses.ts';

describe('parse/netstat', () => {
  test('reads counters of TCP by their names', () => {
    const text =
      'Ip: Forwarding\nIp: 1\nTcp: RtoAlgorithm MaxConn CurrEstab OutSegs RetransSegs\nTcp: 1 -1 12 1002849 422\nTcpExt: X\n';
    const counters = parseTcpCounters(text);
    assert.deepEqual(
      [counters.get('MaxConn'), counters.get('OutSegs'), counters.get('RetransSegs')],
      [-1, 1_002_849, 422],
    );
    refuses(parseTcpCounters, ['', 'Tcp: A B\n', 'Tcp: A B\nTcp: 1\n', 'Tcp: A\nTcp: x\n'], 4);
    assert.equal(parseTimeWait('sockets: used 16\nTCP: inuse 15 orphan 0 tw 132 alloc 15 mem 1\nUDP: inuse 0\n'), 132);
    refuses(parseTimeWait, ['', 'TCP: inuse 15'], 2);
  });

  test('tells default routes from others', () => {
    const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT  \n';
    const text = `${head}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0  \nwg0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`;
    assert.deepEqual(parseRoutes(text), [
      { device: 'eth0', isDefault: true },
      { device: 'wg0', isDefault: false },
    ]);
    assert.deepEqual(parseRoutes(head), []);
    refuses(parseRoutes, ['', 'something else'], 2);
  });

  test('reads what listens, and of which process', () => {
    const text = `tcp LISTEN 0      128      0.0.0.0:2024  0.0.0.0:*
udp   UNCONN 0      0      127.0.0.53%lo:53        0.0.0.0:*    users:(("systemd-resolve",pid=411,fd=12))
tcp   LISTEN 0      4096           [::]:22           [::]:*    users:(("sshd",pid=700,fd=4),("systemd",pid=1,fd=70))
tcp LISTEN 0      4096           *:18443       *:* users:(("a",b"",pid=15545,fd=3))
`;
    assert.deepEqual(parseSs(text), [
      { proto: 'tcp', address: '0.0.0.0', port: 2024 },
      { proto: 'udp', address: '127.0.0.53%lo', port: 53, process: 'systemd-resolve', pid: 411 },
      { proto: 'tcp', address: '::', port: 22, process: 'sshd', pid: 700 },
      { proto: 'tcp', address: '*', port: 18_443, process: 'a",b"', pid: 15_545 },
    ]);
    assert.deepEqual(parseSs(''), []);
    refuses(parseSs, ['Netid State Recv-Q', 'tcp LISTEN 0 128 somewhere'], 2);
  });

  test('a process whose name has line breaks hides no port, and adds none', () => {
    const line = (port: number, name: string): string =>
      `tcp LISTEN 0 50 127.0.0.1:${port} 0.0.0.0:* users:(("${name}",pid=${port},fd=3))\n`;
    const names = ['a\nb', '\n\n\n', '\ntcp LISTEN 0 0', '\nudp UNCONN 0 0', '\ntcp a 0 0 *:1 '];
    for (const name of names) {
      assert.ok(name.length <= 15, 'a name that the kernel would keep whole');
      const found = parseSs(line(1, 'before') + line(2, name) + line(3, 'after'));
      assert.deepEqual(
        found.map(({ port, process, pid }) => [port, process, pid]),
        [
          [1, 'before', 1],
          [2, name, 2],
          [3, 'after', 3],
        ],
      );
    }
    assert.ok(names.length >= 5);
  });
});
