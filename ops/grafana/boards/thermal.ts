// Temperatures, as thermal-heartbeat reads them.
import { choice, chosen, freshBy, machines, makeBoard, runbook, sameMachine } from './board.ts';
import { asLimit, byThresholds, lines, stat, states, table, thresholds, verdicts } from './panels.ts';

const fresh = freshBy('node_thermal_heartbeat_seconds', 180);
/** Also of a heartbeat that stopped, or reads no temperature any more, what failed in its last beat: that may be why. */
const freshOrBad = (series: string): string => `(${fresh(series)} or ${series} == 0)`;

const sameSensor = sameMachine.replace(')', ', source, chip, sensor)');
const celsius = fresh(`node_thermal_celsius{${chosen}}`);
const limits = (watched: string): string => `node_thermal_limit_celsius{${chosen}, watched="${watched}"}`;

/** The hottest of the sensors that are judged as the same thing, and how far the one nearest to its limit is below it. */
const hottest = (title: string, watched: string, description: string) =>
  stat({
    title,
    description: `${description} The limits are those of the configuration of each machine. ${runbook('prometheus/thermal', 'TemperatureTooHigh')}`,
    size,
    unit: 'celsius',
    queries: [
      [`max(${celsius} and ${sameSensor} ${limits(watched)})`, 'hottest'],
      [`min(${limits(watched)} - ${sameSensor} ${celsius})`, left],
    ],
  }).overrideByName(left, byThresholds(thresholds('red', [0, 'green'])));

const ofChip = `${chosen}, source=~"$source", chip=~"$chip"`;
const left = 'left to the limit';

const size = [6, 4] as const;
const half = [12, 8] as const;

export const thermal = makeBoard({
  uid: 'ops-monitor-thermal',
  title: 'Temperatures',
  description: 'Temperatures of thermal-heartbeat, from thermal.prom (ops/docs/thermal.md).',
  tags: ['ops-monitor', 'thermal'],
  from: 'now-24h',
  refresh: '30s',
  timezone: 'utc',
  variables: [
    ...machines('node_thermal_heartbeat_seconds'),
    choice('source', 'Source', `node_thermal_celsius{${chosen}}`, 'source').current({
      text: ['hwmon'],
      value: ['hwmon'],
    }),
    choice('chip', 'Chip', `node_thermal_celsius{${chosen}, source=~"$source"}`, 'chip'),
  ],
  panels: [
    stat({
      title: 'Time since the last beat',
      description: `The longest of the selected machines. A beat runs every 30 seconds; the file of a dead thermal-heartbeat is served forever. ${runbook('prometheus/thermal', 'ThermalHeartbeatMissing')}`,
      size,
      unit: 's',
      queries: [[`max(time() - node_thermal_heartbeat_seconds{${chosen}})`]],
    }).thresholds(thresholds('green', [90, 'amber'], [180, 'red'])),
    hottest(
      'Hottest CPU package',
      'CPU package',
      'Of the sensors that are judged as a CPU package, such as Package id (Intel) or Tdie (AMD).',
    ),
    hottest(
      'Hottest NVMe disk',
      'NVMe disk',
      'Of the sensors that are judged as an NVMe disk: its Composite temperature.',
    ),
    stat({
      title: 'Sensors without a temperature',
      description:
        'In the last beat: absent, faulted, implausible, stuck, stale or unreadable. The table below says which.',
      size,
      unit: 'short',
      queries: [
        [
          `count(node_thermal_sensor_problem{${chosen}}) or 0 * max(${fresh(`node_thermal_heartbeat_seconds{${chosen}}`)})`,
        ],
      ],
    }),
    lines({
      title: 'Temperature by chip and sensor',
      description:
        'One line per sensor. A gap means that no temperature was read. Dashed: the lowest limit of each kind of sensor that is judged, by the configuration of the machine.',
      size: [24, 13],
      unit: 'celsius',
      queries: [
        [fresh(`node_thermal_celsius{${ofChip}}`), '{{instance}} {{chip}} {{sensor}}'],
        [
          `min by (cluster, instance, watched) (${fresh(`node_thermal_limit_celsius{${ofChip}}`)})`,
          'limit of {{watched}} {{instance}}',
        ],
      ],
    }).overrideByRegexp('/^limit of /', asLimit()),
    table(
      {
        title: 'Sensors without a temperature',
        description: 'Each such sensor, with the reason, as of the last beat.',
        size: [14, 8],
        unit: 'none',
        queries: [[`node_thermal_sensor_problem{${chosen}}`]],
      },
      { instance: 'Machine', source: 'Source', chip: 'Chip', sensor: 'Sensor', problem: 'Reason' },
    ),
    lines({
      title: 'Reading the sources',
      description: 'Time taken to read each source. node_thermal_source_success is 0 for a source that failed.',
      size: [10, 8],
      unit: 's',
      queries: [[fresh(`node_thermal_source_duration_seconds{${chosen}}`), '{{instance}} {{source}}']],
    }),
    states(
      {
        title: 'Sources',
        description: `Whether a source could be read. A source that a machine does not have has no strip. ${runbook('prometheus/thermal', 'ThermalSourceFailing')}`,
        size: half,
        queries: [[freshOrBad(`node_thermal_source_success{${chosen}}`), '{{instance}} {{source}}']],
      },
      verdicts('read', 'FAILED'),
    ),
    lines({
      title: 'Fans',
      description: 'Speed of each fan, and the least that it should turn at (0 where it may stand still).',
      size: half,
      unit: 'rotrpm',
      queries: [
        [fresh(`node_thermal_fan_rpm{${chosen}}`), '{{instance}} {{chip}} {{sensor}}'],
        [fresh(`node_thermal_fan_min_rpm{${chosen}}`), 'least {{instance}} {{chip}} {{sensor}}'],
      ],
    }).min(0),
    states(
      {
        title: 'Alarms of the chips',
        description: 'Whether a chip raises an alarm of its own for a temperature or a fan.',
        size: half,
        queries: [
          [`1 - ${fresh(`node_thermal_alarm{${chosen}}`)}`, '{{instance}} {{chip}} {{sensor}}'],
          [`1 - ${fresh(`node_thermal_fan_alarm{${chosen}}`)}`, '{{instance}} {{chip}} {{sensor}}'],
        ],
      },
      verdicts('ok', 'ALARM'),
    ),
    lines({
      title: 'Age of what the sources told',
      description: 'Of the oldest; 0 where a source was read in the last beat.',
      size: half,
      unit: 's',
      queries: [[fresh(`node_thermal_source_age_seconds{${chosen}}`), '{{instance}} {{source}}']],
    }).min(0),
    lines({
      title: 'Temperatures by source',
      description: 'How many temperatures a source gave that are believed.',
      size: half,
      unit: 'short',
      queries: [[fresh(`node_thermal_source_readings{${chosen}}`), '{{instance}} {{source}}']],
    }).min(0),
    stat({
      title: 'Recipients of beats',
      description: 'Whether each accepted what it was last sent, as of the beat before.',
      size: [6, 8],
      unit: 'none',
      queries: [[freshOrBad(`node_thermal_telling_success{${chosen}}`), '{{recipient}} {{instance}}']],
    }).mappings([verdicts('accepted', 'REFUSED')]),
    stat({
      title: 'Time since a recipient accepted',
      description: 'What it was sent.',
      size: [6, 8],
      unit: 's',
      queries: [[`time() - node_thermal_telling_accepted_timestamp_seconds{${chosen}}`, '{{recipient}} {{instance}}']],
    }).thresholds(thresholds('green', [180, 'amber'])),
  ],
});
