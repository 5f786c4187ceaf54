import { type Case, found } from '../case.ts';
import { plugin } from '../seen.ts';

const time = { time: { amber: '0:2', red: '0:5' } };
const key = 'plugins.web.limits.time';

export const pluginValue: readonly Case[] = [
  { sees: 'a plugin without limits of one’s own has no finding', given: { plugins: { web: plugin({}) } }, find: {} },
  {
    sees: 'a value at its limit is green',
    given: { plugins: { web: plugin({ seconds: { time: 2 }, limits: time }) } },
    find: { web: found('green', 2, [`${key}.amber`, '0:2'], ['time of the plugin web is 2s']) },
  },
  {
    sees: 'a value beyond amber is amber, and says on which side of the limit it is',
    given: { plugins: { web: plugin({ seconds: { time: 2.01 }, limits: time }) } },
    find: { web: found('amber', 2.01, [`${key}.amber`, '0:2'], ['2.01s (amber above 2s)'], 'time is at most 2s') },
  },
  {
    sees: 'a value beyond red is red although the plugin says ok',
    given: { plugins: { web: plugin({ seconds: { time: 5.5 }, limits: time }) } },
    find: { web: found('red', 5.5, [`${key}.red`, '0:5'], ['5.5s', 'red above 5s'], 'time is at most 2s') },
  },
  {
    sees: 'an inverted range alerts inside it',
    given: { plugins: { web: plugin({ values: { users: 3 }, limits: { users: { red: '@0:3' } } }) } },
    find: { web: found('red', 3, ['plugins.web.limits.users.red', '@0:3'], ['red at most 3'], 'users is above 3') },
  },
  {
    sees: 'a value that the plugin no longer gives is unknown, never green, and comes before what is amber',
    given: {
      plugins: {
        web: plugin({
          seconds: { time: 3 },
          limits: { ...time, size: { red: '100:' } },
          performance_problem: 'left out: "size" is no number: "U"',
        }),
      },
    },
    find: {
      web: found(
        'unknown',
        null,
        ['plugins.web.limits.size', 'a value'],
        ['no value of size', 'is no number'],
        'it gives one',
      ),
    },
  },
];
