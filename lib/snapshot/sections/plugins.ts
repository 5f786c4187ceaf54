import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { described, number, object, oneOf, optional, recordOf, string } from '../../contract/shape.ts';
import { formatDuration, formatMeasure } from '../../core/quantity.ts';
import { listed } from '../../core/text.ts';
import type { SnapshotConfig } from '../config.ts';

/** Values of one plugin that fit into a row of the report. */
const mostShown = 6;

export const pluginResults = ['ok', 'warning', 'critical', 'unknown'] as const;

/** Records of values by label, and the unit of each. */
export const unitOfValues = { seconds: 's', bytes: 'byte', percent: 'percent', values: '1' } as const;

const valuesIn = (units: string, long_name: string) => described(recordOf(number), { units, long_name });

export const plugins = defineSection({
  many: true,
  source: 'exit code and output of the program under `plugins.NAME.command` (try it as the monitor’s user)',
  noun: 'plugin',
  subjects: ({ plugins: own }: SnapshotConfig) => namesUnder('plugins', own),
  places: ({ plugins: own }: SnapshotConfig) =>
    Object.entries(own).map(([item, { host, command }]) => ({
      item,
      host,
      path: command[0] ?? '',
      key: ['plugins', item, 'host'],
    })),
  schema: object({
    host: words('machine that it runs on'),
    /** Without its arguments, which may hold a password. */
    program: words('program'),
    command_id: words('fingerprint of the command'),
    result: described(oneOf(pluginResults), { long_name: 'result of the plugin' }),
    exit_code: quantity('1', 'exit code of the plugin'),
    message: words('what the plugin says'),
    details: optional(words('further text of the plugin')),
    ran_at: instant('when the plugin ran'),
    age_seconds: quantity('s', 'age of the result'),
    seconds: valuesIn(unitOfValues.seconds, 'times of the plugin’s performance data'),
    bytes: valuesIn(unitOfValues.bytes, 'sizes of the plugin’s performance data'),
    percent: valuesIn(unitOfValues.percent, 'percentages of the plugin’s performance data'),
    values: valuesIn(unitOfValues.values, 'numbers of the plugin’s performance data'),
    performance_problem: optional(words('performance data that were left out')),
    /** Configured with the plugin, like a stream’s window: label → ranges. */
    limits: recordOf(object({ amber: optional(string), red: optional(string) })),
  }),
  group: 'plugins',
  panels: [{ title: 'Plugins', levelsOf: 'plugin-result' }],
  table: {
    title: 'Plugins',
    columns: ['plugin', 'result', 'age', 'message', 'values'],
    rows: (reading, name) => {
      const { result, age_seconds, message, performance_problem = '' } = reading;
      const values = measuredBy(reading).map(({ label, value, unit }) => `${label} ${formatMeasure(value, unit)}`);
      const shown = [listed(values, mostShown), performance_problem].filter((text) => text !== '').join('; ');
      return [[name, result, formatDuration(age_seconds), message, shown]];
    },
  },
});

type Values = Readonly<Record<keyof typeof unitOfValues, Readonly<Record<string, number>>>>;

/** The performance data of one plugin as one list. */
export const measuredBy = (reading: Values): { label: string; value: number; unit: string }[] =>
  (Object.keys(unitOfValues) as (keyof typeof unitOfValues)[]).flatMap((kind) =>
    Object.entries(reading[kind]).map(([label, value]) => ({ label, value, unit: unitOfValues[kind] })),
  );
