// What the report says of CoreDNS, Caddy, resolutions and certificates. Answers of CoreDNS (2026-08) and Caddy 2.11.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { json, listUnits, type Machine, running, sectionOn, unitList } from './machine.ts';

const config = `node: { dns: { zone: example.org, wildcard: any.example.org, certificates: [old.example.org] } }`;
const both = running({ coredns: [8080, 8181, 9153], caddy: [80, 443, 2019] });
const bindsDns = 'udp UNCONN 0 0 *:53 *:* users:(("coredns",pid=100,fd=9))\n';
const machine: Machine = {
  files: { ...both.files, '/etc/coredns/Corefile': '.' },
  programs: { 'ss -H -ltnup': { stdout: `${both.programs['ss -H -ltnup']?.stdout}${bindsDns}` } },
  urls: {
    'http://127.0.0.1:8080/health': json('OK'),
    'http://127.0.0.1:8181/ready': json('kubernetes', 503),
    'http://127.0.0.1:9153/metrics': json('# TYPE coredns_panics_total counter\ncoredns_panics_total 2\n'),
    'http://127.0.0.1:2019/config/': { response_ms: 1, status: 200 },
    'http://127.0.0.1:2019/metrics': json('caddy_config_last_reload_successful 1\n'),
    'https://example.org:443/': { response_ms: 1, status: 200, certificate_expires_at: '2026-12-01T10:00:00.000Z' },
    'https://any.example.org:443/': { response_ms: 1, error: 'the connection is refused: nothing listens there' },
    'https://old.example.org:443/': {
      response_ms: 1,
      status: 200,
      certificate_expires_at: '2026-11-19T22:00:00.000Z',
      certificate_problem: 'it has expired',
    },
  },
  names: {
    'SOA example.org': ['ns1.example.org'],
    'NS example.org': ['ns1.example.org', 'ns2.example.org'],
    'A example.org': ['192.0.2.1'],
    'A any.example.org': [],
  },
};

describe('node/dns', () => {
  test('both programs, ports, resolutions and certificates; an unread certificate has no days', async () => {
    const { fields, errors, absent } = await sectionOn('dns', machine, { node: config });
    assert.deepEqual(fields, {
      found_by: 'the process coredns (100); the process caddy (101)',
      coredns_active: true,
      caddy_active: true,
      coredns_healthy: true,
      coredns_ready: false,
      coredns_panics: 2,
      corefile_exists: true,
      caddy_admin_responds: true,
      caddy_reload_ok: true,
      port_53_bound: true,
      port_80_bound: true,
      port_443_bound: true,
      soa_resolves: true,
      ns_resolves: true,
      ns_record_count: 2,
      base_a_resolves: true,
      wildcard_resolves: false,
      base_tls_days_left: 10,
      certificates: [
        { name: 'example.org', days_left: 10 },
        { name: 'any.example.org', problem: '127.0.0.1:443: the connection is refused: nothing listens there' },
        { name: 'old.example.org', days_left: -1.5, problem: 'it has expired' },
      ],
    });
    assert.deepEqual(errors, [
      'certificate of any.example.org: 127.0.0.1:443: the connection is refused: nothing listens there',
    ]);
    assert.equal(absent.length, 2, absent.join('\n'));
  });

  test('a port is matched whole: 5353, 8053 and 4430 are not 53 and 443', async () => {
    const { files, programs } = running({ coredns: [5353, 8053, 4430] });
    const { fields } = await sectionOn('dns', { files, programs });
    assert.deepEqual([fields['port_53_bound'], fields['port_443_bound']], [false, false]);
  });

  test('the stub of systemd-resolved is no name server on port 53', async () => {
    const { files, programs } = running({ caddy: [443] });
    const others = programs['ss -H -ltnup']?.stdout;
    const listening = async (...addresses: readonly string[]): Promise<unknown> => {
      const stdout = [others, ...addresses.map((one) => `udp UNCONN 0 0 ${one}:53 0.0.0.0:*\n`)].join('');
      return (await sectionOn('dns', { files, programs: { ...programs, 'ss -H -ltnup': { stdout } } })).fields[
        'port_53_bound'
      ];
    };
    assert.equal(await listening('127.0.0.53%lo', '127.0.0.54'), false);
    for (const address of ['127.0.0.1', '0.0.0.0', '192.0.2.53', '[::]'])
      assert.equal(await listening('127.0.0.53%lo', address), true, address);
  });

  test('a name server that does not answer is a reason, not a name without records', async () => {
    const { fields, errors } = await sectionOn('dns', { ...machine, names: {} }, { node: config });
    for (const name of ['soa_resolves', 'ns_resolves', 'ns_record_count', 'base_a_resolves', 'wildcard_resolves'])
      assert.ok(!(name in fields), name);
    assert.match(errors.join('\n'), /^soa: SOA of example\.org, asked of 127\.0\.0\.1: no answer$/m);
  });

  test('errors in the journal of 5 minutes are counted; a journal that this user may not see is a reason', async () => {
    const journal = 'journalctl --since=-5min --output=cat --no-pager --lines=20000 --unit=coredns.service';
    const shown =
      'Id=coredns.service\nLoadState=loaded\nActiveState=active\nNRestarts=3\nMemoryCurrent=31457280\nMainPID=100\nConditionTimestamp=\n';
    const ofUnit = (lines: object): Machine => ({
      ...machine,
      files: { ...machine.files, '/run/systemd/system': '' },
      programs: new Proxy(
        { ...machine.programs, [listUnits]: unitList('coredns.service loaded active running'), [journal]: lines },
        {
          get: (all, command: string) =>
            command.startsWith('systemctl show') ? { stdout: shown } : Reflect.get(all, command),
        },
      ),
    });
    const { fields } = await sectionOn(
      'dns',
      ofUnit({ stdout: '[INFO] plugin/reload\n[ERROR] plugin/errors: 2 x. NS: i/o timeout\n-- No entries --\n' }),
    );
    assert.deepEqual([fields['log_errors_5m'], fields['coredns_restarts'], fields['coredns_mem_mb']], [1, 3, 30]);
    const hint = {
      stdout: '',
      stderr: 'Hint: You are currently not seeing messages from other users and the system.\n',
    };
    const blind = await sectionOn('dns', ofUnit(hint));
    assert.ok(!('log_errors_5m' in blind.fields));
    assert.match(blind.errors.join('\n'), /^coredns_log: journalctl: Hint: You are currently not seeing messages/m);
  });

  test('garbage in place of metrics, and no answer of /health', async () => {
    const { fields, errors } = await sectionOn('dns', {
      ...machine,
      urls: {
        ...machine.urls,
        'http://127.0.0.1:9153/metrics': json('<html>'),
        'http://127.0.0.1:8080/health': { response_ms: 1, error: 'no answer within 3s' },
      },
    });
    assert.equal(fields['coredns_healthy'], false);
    assert.match(errors.join('\n'), /^coredns_metrics: its metrics have no coredns_panics_total$/m);
  });

  test('a node without CoreDNS, Caddy and a zone says so', async () => {
    const { fields, absent } = await sectionOn('dns', running({ sshd: [22] }));
    assert.deepEqual(fields, {});
    assert.match(absent.join(), /^no unit and no process of CoreDNS or Caddy/);
  });
});
