// What an operator is told to do about a node that does not report, by what ssh, sudo or the node said.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Ending } from '../../../lib/contract/program.ts';
import { reasonBeforeCommand, reasonOfCommand } from '../../../lib/io/ask-node.ts';
import { fleetOf } from '../fleet.ts';

const ended = (code: number): Ending => ({ by: 'exit', code });
const before = (stderr: string, ending = ended(255)): string => reasonBeforeCommand({ ending, stdout: '', stderr });
const after = (stderr: string, code = 1): string => reasonOfCommand({ ending: ended(code), stderr });

const causes: readonly (readonly [error: string, advice: RegExp])[] = [
  [before('', { by: 'start', code: 'ENOENT', cause: new Error('x') }), /apt-get install openssh-client/],
  [before('ssh: Could not resolve hostname h: Name or service not known\n'), /getent hosts NAME/],
  [before('ssh: connect to host h port 22: No route to host\n'), /ip route get/],
  [before('ssh: connect to host h port 22: Connection refused\r\n'), /systemctl status ssh/],
  [before('ssh: connect to host h port 22: Connection timed out\n'), /firewall drops the port/],
  [before('Connection timed out during banner exchange\n'), /MaxStartups/],
  [before('@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n'), /ssh-keygen -R/],
  [before('No ED25519 host key is known for h\nHost key verification failed.\n'), /Log in once by hand/],
  [before('user@h: Permission denied (publickey).\n'), /ssh -v HOST/],
  [before('mux_client_request_session: session request failed: Session open refused by peer\n'), /MaxSessions/],
  [before('This account is currently not available.\n', ended(1)), /usermod -s/],
  [after('sudo: a password is required\n'), /monitor install NODE --env NAME writes the line for sudoers/],
  [after('sh: 1: exec: sudo: not found\n', 127), /Install sudo/],
  [after('sh: 1: exec: ops-monitor: not found\n', 127), /Put the program there/],
  [after('client_loop: send disconnect: Broken pipe\n', 255), /the node restarted meanwhile/],
  ['node1 did not answer within 30s', /longer `fleet\.deadline`/],
  [after('it broke\n', 3), /Run it by hand/],
];

describe('the advice about a node that does not report', () => {
  for (const [error, expected] of causes)
    test(`"${error}" has one of its own`, async () => {
      const [alert] = (await fleetOf({ node1: new Error(error) })).alerts;
      assert.match(alert?.advice ?? '', expected);
      assert.match(alert?.advice ?? '', /^[A-Z].{20,250}\.$/);
      assert.equal(causes.filter(([, other]) => other.test(alert?.advice ?? '')).length, 1);
    });

  test('words of the node behind ours do not choose it, and an unknown cause has that of any', async () => {
    const fleet = await fleetOf({
      node1: new Error(after('it refuses our key\n', 3)),
      node2: new Error('something new: its name cannot be resolved'),
    });
    const [first, second] = fleet.alerts.map(({ advice }) => advice);
    assert.match(first ?? '', /Run it by hand/);
    assert.match(second ?? '', /is the machine up, its sshd, its network\?$/);
  });
});
