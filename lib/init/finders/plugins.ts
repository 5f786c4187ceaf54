// Nagios plugins that are installed: suggestions only, because each of them is a program that somebody has to choose.
import { defineFinder, type Finding } from '../finding.ts';

const folders = ['/usr/lib/nagios/plugins', '/usr/lib64/nagios/plugins', '/usr/lib/monitoring-plugins'];

/** Useful on any machine, with arguments that fit most. */
const usual: readonly (readonly [name: string, program: string, ...argv: string[]])[] = [
  ['swap', 'check_swap', '-w', '20%', '-c', '10%'],
  ['zombies', 'check_procs', '-s', 'Z', '-w', '5', '-c', '20'],
  ['packages', 'check_apt'],
];

export const plugins = defineFinder({
  name: 'plugins',
  summary: 'Nagios plugins',
  look: async ({ host }) => {
    const findings: Finding[] = [];
    for (const folder of folders) {
      const names = new Set(await host.list(folder).catch(() => []));
      for (const [name, program, ...argv] of usual)
        if (names.has(program))
          findings.push({
            key: 'plugins',
            name,
            value: [`${folder}/${program}`, ...argv],
            where: '',
            off: 'programs to choose from: plugins.md',
          });
    }
    return { findings, left: [] };
  },
});
