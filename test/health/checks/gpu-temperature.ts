import { along, type Case, found } from '../case.ts';
import { gpus } from '../seen.ts';

const about = 'the temperature of GPU 3 of crunch (3b:00)';
const subject = 'crunch.3b:00';

export const gpuTemperature: readonly Case[] = [
  ...along(
    {
      under: 'gpu-temperature',
      limits: { amber: 85, red: 93 },
      subject,
      about,
      clears: 'it is below 85 C',
      given: (temperature_celsius) => ({ gpus: gpus({ temperature_celsius }) }),
    },
    [
      [84, 'green', 'amber', '84 C'],
      [85, 'amber', 'amber', '85 C'],
      [92, 'amber', 'amber', '92 C'],
      [93, 'red', 'red', '93 C'],
      [94, 'red', 'red', '94 C'],
    ],
  ),
  ...['crunch', subject].map((name): Case => ({
    sees: `an exception for ${name} counts for the GPU`,
    given: { gpus: gpus({ temperature_celsius: 70 }) },
    limits: { 'gpu-temperature': { for: { [name]: { amber: '60 C' } } } },
    find: { [subject]: found('amber', 70, [`limits.gpu-temperature.for.${name}.amber`, 60], [about]) },
  })),
  {
    sees: 'a temperature that could not be read is unknown, never green',
    given: { gpus: gpus({ temperature_celsius: undefined, problems: { 'temperature.gpu': 'Unknown Error' } }) },
    find: { [subject]: found('unknown', null, ['limits.gpu-temperature.red', 93], [about, 'Unknown Error']) },
  },
  {
    sees: 'the temperature of a GPU that is lost is unknown',
    given: { gpus: gpus({ temperature_celsius: undefined, state: 'lost', reason: 'it fell off the bus' }) },
    find: { [subject]: found('unknown', null, ['limits.gpu-temperature.red', 93], [about, 'fell off the bus']) },
  },
  {
    sees: 'a GPU without a thermometer is not judged',
    given: { gpus: gpus({ temperature_celsius: undefined }) },
    find: {},
  },
];
