// What the report says of Olric 0.7.4, which speaks RESP.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { respCommand } from '../../lib/parse/resp.ts';
import { listUnits, type Machine, running, sectionOn, unitList } from './machine.ts';

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
/** The dates of birth, in nanoseconds, exceed 2^53. */
const members = `*2\r\n*3\r\n${bulk('10.0.0.1:3322')}:1763719200123456789\r\n${bulk('true')}*3\r\n${bulk('10.0.0.2:3322')}:1763719200123456790\r\n${bulk('false')}`;
const memberlist = 'udp UNCONN 0 0 127.0.0.1:3322 0.0.0.0:* users:(("olric-server",pid=100,fd=9))\n';
const base = running({ 'olric-server': [3322, 3320] });
const machine: Machine = {
  files: { ...base.files, '/proc/100/status': 'Name:\tolric-server\nVmRSS:\t   51200 kB\n' },
  programs: { 'ss -H -ltnup': { stdout: `${base.programs['ss -H -ltnup']?.stdout}${memberlist}` } },
  conversations: { '127.0.0.1:3320': () => `+PONG\r\n${members}` },
};
const ask = respCommand('PING') + respCommand('CLUSTER.MEMBERS');

describe('node/olric', () => {
  test('members, coordinator, memory, and the pair of ports of its memberlist', async () => {
    const asked: string[] = [];
    const { fields, errors } = await sectionOn('olric', {
      ...machine,
      conversations: { '127.0.0.1:3320': (sent) => (asked.push(sent), `+PONG\r\n${members}`) },
    });
    assert.deepEqual([errors, asked], [[], [ask]]);
    assert.deepEqual(fields, {
      address: '127.0.0.1:3320',
      found_by: 'the process olric-server (100)',
      service_active: true,
      responsive: true,
      memberlist_up: true,
      member_count: 2,
      members: ['10.0.0.1:3322', '10.0.0.2:3322'],
      coordinator: '10.0.0.1:3322',
      process_mem_mb: 50,
    });
  });

  test('port 33220 is not a memberlist, nor is a port by TCP alone', async () => {
    const { programs } = running({ 'olric-server': [3320, 3322, 33_220] });
    const { fields } = await sectionOn('olric', { ...machine, programs });
    assert.equal(fields['memberlist_up'], false);
  });

  test('a password is sent before the questions, to an address of the configuration', async () => {
    const node = 'node: { olric: { address: "10.0.0.9:10102", password: $OLRIC_PASSWORD } }';
    const { fields } = await sectionOn(
      'olric',
      {
        ...running({}),
        conversations: {
          '10.0.0.9:10102': (sent) =>
            sent === respCommand('AUTH', 'the-secret') + ask ? `+OK\r\n+PONG\r\n${members}` : '-NOAUTH\r\n-NOAUTH\r\n',
        },
      },
      { node },
    );
    assert.deepEqual([fields['member_count'], fields['found_by']], [2, 'the configuration']);
    await assert.rejects(
      sectionOn('olric', machine, { node: 'node: { olric: { password: $OLRIC_PASSWORD } }' }),
      /add address/,
    );
  });

  test('a refusal, garbage, another program and silence give no members, with the reason', async () => {
    const cases: readonly (readonly [RegExp, unknown, string])[] = [
      [
        /Olric answers with an error: NOAUTH Authentication required/,
        undefined,
        '-NOAUTH Authentication required.\r\n-NOAUTH\r\n',
      ],
      [/not a reply in RESP: "HTTP/, undefined, 'HTTP/1.1 400 Bad Request\r\n\r\n'],
      [/the answer to PING is not that of Olric/, undefined, '+OK\r\n*0\r\n'],
      [/CLUSTER.MEMBERS is not a list of members/, true, '+PONG\r\n*0\r\n'],
      [/CLUSTER.MEMBERS has a member of another form/, true, '+PONG\r\n*1\r\n*1\r\n+x\r\n'],
      [/only 7 bytes of an answer/, false, '+PONG\r\n'],
    ];
    for (const [words, responsive, reply] of cases) {
      const { fields, errors } = await sectionOn('olric', {
        ...machine,
        conversations: { '127.0.0.1:3320': () => reply },
      });
      assert.match(errors.join('\n'), words);
      assert.deepEqual([fields['responsive'], 'member_count' in fields], [responsive, false], reply);
      assert.equal(fields['process_mem_mb'], 50);
    }
  });

  test('errors, suspicions and changes of an hour are counted in the journal of its unit', async () => {
    const journal = 'journalctl --since=-1h --output=cat --no-pager --lines=20000 --unit=olric.service';
    const shown =
      'Id=olric.service\nLoadState=loaded\nActiveState=active\nNRestarts=4\nMainPID=100\nConditionTimestamp=\n';
    const lines = [
      '2026/11/21 09:30:00 [INFO] memberlist: Suspect 10.0.0.2:3322 has failed, no acks received',
      '2026/11/21 09:30:05 [INFO] memberlist: Marking 10.0.0.2:3322 as failed, suspect timeout reached',
      '2026/11/21 09:30:05 [INFO] Node left: 10.0.0.2:3322',
      '2026/11/21 09:30:06 [ERROR] Failed to move partition',
    ];
    const { fields } = await sectionOn('olric', {
      ...machine,
      files: { ...machine.files, '/run/systemd/system': '' },
      programs: new Proxy(
        {
          ...machine.programs,
          [listUnits]: unitList('olric.service loaded active running'),
          [journal]: { stdout: lines.join('\n') },
        },
        {
          get: (all, command: string) =>
            command.startsWith('systemctl show') ? { stdout: shown } : Reflect.get(all, command),
        },
      ),
    });
    const {
      log_errors_1h: failures,
      log_suspects_1h: suspects,
      log_flapping_1h: flapping,
      restart_count: restarts,
    } = fields;
    assert.deepEqual([failures, suspects, flapping, restarts], [1, 2, 2, 4]);
  });

  test('a node without Olric says so', async () => {
    const { fields, absent } = await sectionOn('olric', running({ sshd: [22] }));
    assert.deepEqual([fields, absent.length], [{}, 1]);
  });
});
