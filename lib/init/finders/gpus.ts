// NVIDIA GPUs of this machine: a suggestion only, because the monitor's unit may not use devices unless somebody allows it.
import { counted, listed } from '../../core/text.ts';
import { oneLine } from '../../core/harmless.ts';
import { mostGpus } from '../../parse/nvidiasmi.ts';
import { defineFinder } from '../finding.ts';

const longestName = 60;

export const gpus = defineFinder({
  name: 'gpus',
  summary: 'NVIDIA GPUs',
  look: async ({ host }) => {
    const argv = ['nvidia-smi', '--query-gpu=name,driver_version', '--format=csv,noheader'];
    // A machine without nvidia-smi has no GPUs; one where it fails has none that could be watched.
    const answer = await host.run(argv, { alone: 'init-gpus' }).catch(() => undefined);
    const rows = (answer?.exit_code === 0 ? answer.stdout : '').split('\n').filter((line) => /^.+, [\d.]+$/.test(line));
    if (rows.length === 0 || rows.length > mostGpus) return { findings: [], left: [] };
    const models = [...new Set(rows.map((row) => oneLine(row.slice(0, row.lastIndexOf(',')).slice(0, longestName))))];
    return {
      findings: [
        {
          key: 'gpus',
          name: 'local',
          value: { count: rows.length },
          where: `${counted(rows.length, 'GPU')}: ${listed(models, 3)}`,
          off: 'allow the monitor’s unit to use them first: gpus.md',
        },
      ],
      left: [],
    };
  },
});
