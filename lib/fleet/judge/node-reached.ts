import { defineJudgement } from '../define.ts';

/** What to do, by the beginning of the error: what follows there may be the words of the node. */
const advices: readonly [RegExp, string][] = [
  [/^ssh is not installed here/, 'Install ssh on this machine (apt-get install openssh-client).'],
  [
    /^its name cannot be resolved/,
    'Correct `ssh` of the node in the configuration, or its name in ssh_config or DNS (getent hosts NAME).',
  ],
  [
    /^there is no route/,
    'See the route and the VPN of this machine (ip route get ADDRESS), then whether others reach the node.',
  ],
  [
    /^it refuses the connection/,
    'See by the console of the node whether sshd runs (systemctl status ssh), and at which port; another one belongs into ssh_config (Port).',
  ],
  [
    /^it does not answer/,
    'See by the console of the provider whether the machine is up; if it is, a firewall drops the port of ssh (nc -vz HOST 22).',
  ],
  [
    /^it accepts the connection, but|^it closed the connection before any login/,
    'See by the console of the node what its sshd logs (journalctl -u ssh): a machine without memory, or with too many logins (MaxStartups), does this.',
  ],
  [
    /^its host key has changed/,
    'Find out who reinstalled the node. Only if nobody doubts the new key: ssh-keygen -R HOST, then log in once by hand.',
  ],
  [
    /^its host key is not known/,
    'Log in once by hand as the user that runs the monitor (ssh HOST), and compare the key before you say yes.',
  ],
  [
    /^it refuses our key/,
    'Log in by hand as the user that runs the monitor (ssh -v HOST): see which keys it offers, and whether authorized_keys on the node has one.',
  ],
  [
    /^it refuses more sessions/,
    'Raise MaxSessions in the sshd_config of the node, or close the shared connection to it.',
  ],
  [
    /^its login shell ended/,
    'Give the user on the node a shell that runs commands (getent passwd USER; usermod -s /bin/sh USER).',
  ],
  [
    /^sudo asks for a password|^the user may not run it by sudo/,
    'Let the user run exactly the report by sudo: ops-monitor monitor install NODE --env NAME writes the line for sudoers.',
  ],
  [
    /^the user is not root there, and sudo is not installed/,
    'Install sudo on the node, or log in as root (`ssh: root@HOST` in the configuration).',
  ],
  [
    /^ops-monitor is not installed|^neither ops-monitor nor Node/,
    'Put the program there: ops-monitor monitor install NODE --env NAME.',
  ],
  [
    /^the connection was lost/,
    'See whether the node restarted meanwhile (uptime), or sshd ended the session (journalctl -u ssh).',
  ],
  [
    /^\S+ did not answer within/,
    'Time it by hand (time ssh HOST sudo ops-monitor node-report): where a slow network or node explains it, set a longer `fleet.deadline`.',
  ],
  [
    /^its report /,
    'Run it by hand (ssh HOST, then sudo ops-monitor node-report --json): what it prints there must be the report alone.',
  ],
];

const usual = 'Log in by hand (ssh, then sudo ops-monitor node-report): is the machine up, its sshd, its network?';

export const nodeReached = defineJudgement({
  name: 'node-reached',
  summary: 'a node does not report',
  subsystem: 'ssh',
  severities: ['critical'],
  advice: usual,
  needs: ['nodes'],
  assess: ({ nodes }) =>
    Object.entries(nodes).map(([subject, { reached, error = 'no reason is given', target }]) => ({
      subject,
      level: reached ? 'green' : 'red',
      value: reached,
      unit: '',
      message: reached ? `${subject} reports` : `${subject} does not report: ${error}`,
      evidence: { [subject]: reached ? 'reports' : `ssh ${target}: ${error}` },
      clears_when: `${subject} reports again`,
      advice: advices.find(([words]) => words.test(error))?.[1],
    })),
});
