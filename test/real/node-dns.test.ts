// node-report beside a real CoreDNS, and a real Caddy with a certificate authority of its own: it says of them what dig and openssl say.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { end } from '../process.ts';
import { until } from '../world.ts';
import { coredns } from './node-programs.ts';
import { makeNode, type Read } from './nodes.ts';
import { installPackages } from './packages.ts';

const zone = `$ORIGIN example.test.
@ 60 IN SOA ns1 admin 1 60 60 60 60
@ 60 IN NS ns1
@ 60 IN NS ns2
@ 60 IN A 127.0.0.1
ns1 60 IN A 127.0.0.1
ns2 60 IN A 127.0.0.1
*.app 60 IN A 127.0.0.1
`;

test('node-report says of CoreDNS and Caddy what dig and openssl say, and what is wrong when each ended', async (t) => {
  installPackages('caddy', 'dnsutils', 'openssl', 'curl');
  const { folder, run, start, report } = await makeNode(t);
  const corefile = join(folder, 'Corefile');
  writeFileSync(join(folder, 'zone'), zone);
  writeFileSync(
    corefile,
    `example.test:53 {\n  file ${folder}/zone\n  health :8080\n  ready :8181\n  prometheus :9153\n}\n`,
  );
  const caddyfile = join(folder, 'Caddyfile');
  writeFileSync(
    caddyfile,
    '{\n  local_certs\n  skip_install_trust\n}\nexample.test, one.app.example.test {\n  respond "hello"\n}\n',
  );
  const name = start([coredns(), '-conf', corefile]);
  const web = start(['caddy', 'run', '--config', caddyfile, '--adapter', 'caddyfile'], {
    XDG_DATA_HOME: join(folder, 'data'),
  });
  const dig = (...words: readonly string[]): string[] =>
    run('dig', '@127.0.0.1', '+short', '+time=2', ...words)
      .stdout.trim()
      .split('\n');
  await until(() => dig('example.test', 'SOA').join().startsWith('ns1'));
  const endOf = (server: string): number => {
    const { stdout } = run(
      'sh',
      '-c',
      `openssl s_client -connect 127.0.0.1:443 -servername ${server} </dev/null 2>/dev/null | openssl x509 -noout -enddate`,
    );
    return Date.parse(stdout.replace('notAfter=', ''));
  };
  await until(() => !Number.isNaN(endOf('example.test')) && !Number.isNaN(endOf('one.app.example.test')));
  const config = { dns: { zone: 'example.test', wildcard: 'one.app.example.test', corefile } };
  const read = () => report('dns', config);
  const fieldsOf = (section: Read['section'], ...names: readonly string[]) => names.map((name) => section?.[name]);
  const ofNames = ['soa_resolves', 'ns_resolves', 'base_a_resolves', 'wildcard_resolves'];
  const ofCoredns = ['coredns_active', 'coredns_healthy', 'coredns_ready', 'corefile_exists', 'port_53_bound'];
  const ofCaddy = ['caddy_active', 'caddy_admin_responds', 'port_80_bound', 'port_443_bound'];

  const { section, errors } = read();
  assert.deepEqual(errors, []);
  for (const value of fieldsOf(section, ...ofNames, ...ofCoredns, ...ofCaddy))
    assert.equal(value, true, JSON.stringify(section));
  assert.equal(section?.['ns_record_count'], dig('example.test', 'NS').length);
  assert.equal(section['coredns_panics'], 0);
  const now = Date.now();
  for (const [field, server] of [
    ['base_tls_days_left', 'example.test'],
    ['wild_tls_days_left', 'one.app.example.test'],
  ] as const)
    assert.ok(Math.abs(Number(section[field]) - (endOf(server) - now) / 86_400_000) < 0.1, field);
  const problems = (section['certificates'] as readonly { problem: string }[]).map(({ problem }) => problem);
  assert.deepEqual(new Set(problems), new Set(['the authority that signed it is not known here']));

  await end(web);
  const without = read();
  assert.deepEqual(fieldsOf(without.section, ...ofCaddy), [null, null, false, false]);
  assert.deepEqual(fieldsOf(without.section, 'base_tls_days_left', 'wild_tls_days_left'), [null, null]);
  // This machine may run a Caddy of its own, outside of the node.
  assert.match(without.absent.join('\n'), /^caddy: (no unit and no process of Caddy|Caddy runs in a container)/m);
  assert.match(without.errors.join('\n'), /^certificate of example\.test: .*nothing listens there/m);

  name.kill('SIGSTOP');
  const hung = read();
  assert.deepEqual(fieldsOf(hung.section, ...ofCoredns), [true, false, false, true, true]);
  assert.deepEqual(fieldsOf(hung.section, ...ofNames, 'coredns_panics'), [null, null, null, null, null]);
  assert.match(hung.errors.join('\n'), /^soa: SOA of example\.test, asked of 127\.0\.0\.1: no answer within 3s/m);
  await end(name);
  const gone = read();
  assert.deepEqual(
    fieldsOf(gone.section, ...ofNames, ...ofCoredns).filter((value) => value === true),
    [],
  );
  assert.equal(gone.section?.['port_53_bound'], false);
});
