// Machines that the user's ssh_config names: suggestions only. None of them is connected to.
import { parseSshHosts } from '../../parse/sshconfig.ts';
import { defineFinder } from '../finding.ts';

const most = 20;

export const hosts = defineFinder({
  name: 'hosts',
  summary: 'the machines in ~/.ssh/config',
  look: async ({ sshConfig }) => {
    const names = parseSshHosts(sshConfig);
    return {
      findings: names
        .slice(0, most)
        .map((name) => ({
          key: 'hosts',
          name,
          value: { ssh: name },
          where: '',
          off: 'needs its real address and a key of the monitor’s user: install.md, Other machines',
        })),
      left: [
        ...(names.length > most ? [{ what: `${names.length - most} more machines`, why: `more than ${most}` }] : []),
        ...(names.length === 0
          ? [{ what: 'other machines', why: 'your ~/.ssh/config names none; those of other users are not read' }]
          : []),
      ],
    };
  },
});
