import { along, type Case, found } from '../case.ts';
import { gpus } from '../seen.ts';

const about = 'GPU 3 of crunch (3b:00) has been slowed down for';
const subject = 'crunch.3b:00';
const slowed = (slowed_seconds: number) => ({
  gpus: gpus({ slowed_by: ['hardware thermal slowdown', 'power brake'], slowed_seconds }),
});

export const gpuThrottled: readonly Case[] = [
  ...along(
    {
      under: 'gpu-throttled',
      limits: { amber: 600, red: 3600 },
      subject,
      about,
      clears: 'one reading finds that nothing slows it down',
      given: slowed,
    },
    [
      [0, 'green', 'amber', '0s by hardware thermal slowdown, power brake'],
      [300, 'green', 'amber', '5m'],
      [600, 'amber', 'amber', '10m'],
      [3599, 'amber', 'amber'],
      [3600, 'red', 'red', '1h'],
      [3601, 'red', 'red'],
    ],
  ),
  {
    sees: 'an exception counts for one GPU',
    given: slowed(300),
    limits: { 'gpu-throttled': { for: { [subject]: { amber: '5m' } } } },
    find: { [subject]: found('amber', 300, [`limits.gpu-throttled.for.${subject}.amber`, 300], [about]) },
  },
  {
    sees: 'a GPU that nothing slows down is green',
    given: { gpus: gpus({}) },
    find: { [subject]: found('green', 0, ['limits.gpu-throttled.amber', 600], ['GPU 3 of crunch', 'not slowed down']) },
  },
  {
    sees: 'a mask of reasons that could not be read is unknown',
    given: {
      gpus: gpus({
        slowed_by: undefined,
        slowed_seconds: undefined,
        problems: { 'clocks_throttle_reasons.active': 'Unknown Error' },
      }),
    },
    find: { [subject]: found('unknown', null, ['limits.gpu-throttled.red', 3600], ['slowdown', 'Unknown Error']) },
  },
];
