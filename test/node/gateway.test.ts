// What the report says of a gateway with a health URL.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { json, listUnits, type Machine, running, sectionOn, unitList } from './machine.ts';

const url = 'http://127.0.0.1:6001/v1/health';
const node = `node: { gateway: { url: "${url}" } }`;
const on = (reply: Parameters<typeof json>[0], status = 200): Machine => ({
  ...running({}),
  urls: { [url]: json(reply, status) },
});

describe('node/gateway', () => {
  test('status, version and subsystems, also of one that is not well', async () => {
    const health = {
      status: 'degraded',
      version: '0.120.1',
      subsystems: {
        rqlite: { status: 'ok', latency: '1.2ms', error: '' },
        olric: { status: 'error', latency: 3, error: 'dial tcp' },
        cache: 'ok',
      },
    };
    const { fields, errors } = await sectionOn('gateway', on(health, 503), { node });
    assert.deepEqual(errors, []);
    assert.deepEqual(fields, {
      address: url,
      found_by: 'the configuration',
      responsive: true,
      http_status: 503,
      version: '0.120.1',
      subsystems: {
        rqlite: { status: 'ok', latency: '1.2ms' },
        olric: { status: 'error', latency: '3', error: 'dial tcp' },
        cache: { status: 'ok' },
      },
    });
  });

  test('an answer in words has a status and no subsystems; damaged JSON is a reason', async () => {
    const words = await sectionOn('gateway', on('OK'), { node });
    assert.deepEqual([words.fields['http_status'], words.errors], [200, []]);
    assert.match(words.absent.join(), /^health: its answer names no subsystems$/);
    const damaged = await sectionOn('gateway', on('{"subsystems": {'), { node });
    assert.match(damaged.errors.join(), /^health: the health of the gateway is not JSON/);
    assert.ok(!('subsystems' in damaged.fields));
  });

  test('a silent gateway is not responsive, and has no status', async () => {
    const { fields, errors } = await sectionOn('gateway', running({}), { node });
    assert.deepEqual([fields['responsive'], 'http_status' in fields], [false, false]);
    assert.deepEqual(errors, [`health: ${url}: no answer within 3s`]);
  });

  test('it is found by its unit, at a port of its main process', async () => {
    const { files, programs } = running({ 'a-program': [10_104] });
    const shown = 'Id=site-gateway.service\nLoadState=loaded\nActiveState=active\nMainPID=100\nConditionTimestamp=\n';
    const { fields } = await sectionOn('gateway', {
      files: { ...files, '/run/systemd/system': '' },
      programs: new Proxy(
        { ...programs, [listUnits]: unitList('site-gateway.service loaded active running') },
        {
          get: (all, command: string) =>
            command.startsWith('systemctl show') ? { stdout: shown } : Reflect.get(all, command),
        },
      ),
      urls: { 'http://127.0.0.1:10104/v1/health': json({ status: 'ok' }) },
    });
    assert.deepEqual([fields['http_status'], fields['found_by']], [200, 'the unit site-gateway.service']);
  });

  test('a node without a gateway says so', async () => {
    const { absent } = await sectionOn('gateway', running({ sshd: [22] }));
    assert.match(absent.join(), /^no unit and no process of a gateway/);
  });
});
