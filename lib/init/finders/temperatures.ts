// Sensors of temperatures need no configuration: only a note.
import { counted } from '../../core/text.ts';
import { defineFinder } from '../finding.ts';

export const temperatures = defineFinder({
  name: 'temperatures',
  summary: 'the sensors of temperatures',
  look: async ({ host }) => {
    const chips = await host.list('/sys/class/hwmon').catch(() => []);
    return {
      findings: [],
      left: [],
      notes:
        chips.length === 0
          ? []
          : [
              `Temperatures: ${counted(chips.length, 'chip')}; thermal-heartbeat.timer reads them, without a configuration`,
            ],
    };
  },
});
