import { type Case, found } from '../case.ts';
import { plugin } from '../seen.ts';

const rows = [
  ['ok', 'green'],
  ['warning', 'amber'],
  ['critical', 'red'],
  ['unknown', 'unknown'],
] as const;

export const pluginResult: readonly Case[] = rows.map(([result, level]) => ({
  sees: `a plugin that says ${result} is ${level}, with its message`,
  given: { plugins: { disk: plugin({ result, message: '95 % of /data' }) } },
  find: {
    disk: found(
      level,
      result,
      ['plugins.disk', 'ok'],
      ['disk', result, '95 % of /data'],
      'check_disk ends with exit code 0',
    ),
  },
}));
