// `sensors -j`: the same chips as hwmon, with the labels, corrections and ignored inputs of /etc/sensors.d. Off by
// default: it costs more than all other sources, may take 20 seconds, and can wake a sleeping graphics card.
import { Absent, NotInstalled } from '../../contract/errors.ts';
import { defineProbe } from '../../contract/probe.ts';
import { firstLine } from '../../core/text.ts';
import { parseSensors, type SensorsChip } from '../../parse/sensors.ts';
import { cleanName, namedApart, sensorNames } from '../chip.ts';
import type { Chips } from '../hanging.ts';
import { readCelsius, type Reading, type Sensor, temperatures as section } from '../reading.ts';

export const sensors = defineProbe<typeof section.schema, Chips>({
  name: 'sensors',
  summary: 'the program `sensors`, with what /etc/sensors.d says',
  section,

  async read({ host }) {
    const { exit_code, stdout, stderr } = await host()
      .run(['sensors', '-j'], { alone: 'thermal-sensors' })
      .catch((error: unknown) => {
        if (error instanceof NotInstalled) throw new Absent('the program sensors is not installed');
        throw error;
      });
    if (exit_code !== 0) {
      if (/No sensors found/.test(`${stdout}${stderr}`)) throw new Absent('sensors found none');
      throw new Error(`sensors ended with ${exit_code}: ${firstLine(stderr || stdout) || 'without a word'}`);
    }
    const chips = namedApart(parseSensors(stdout).map((one) => ({ chip: one.name, features: one.features })));
    const readings = chips.flatMap(readingsOf);
    if (readings.length === 0) throw new Absent('sensors shows no temperature');
    return { readings };
  },
});

function readingsOf({ chip, features }: { chip: string; features: SensorsChip['features'] }): Reading[] {
  const driver = cleanName(chip.split('-', 1)[0] ?? '');
  const temperatures = features.flatMap(({ label, values }) => {
    const input = values.find(([key]) => /^temp\d+_input$/.test(key));
    if (!input) return []; // an unreadable sensor has no input
    const id = input[0].slice(0, -'_input'.length);
    const fault = values.find(([key]) => key === `${id}_fault`)?.[1] ?? 0;
    return [{ id, label, celsius: input[1], isFaulted: fault !== 0 }];
  });
  const names = sensorNames(temperatures);
  return temperatures.map(({ id, celsius, isFaulted }, index) => {
    const of: Sensor = { source: 'sensors', chip, sensor: names[index] ?? id, driver, id };
    if (isFaulted) return { ...of, problem: 'faulted', why: 'the chip says that the sensor is faulted' };
    if (celsius === undefined) return { ...of, problem: 'implausible', why: 'sensors printed no number' };
    return readCelsius(of, celsius);
  });
}
