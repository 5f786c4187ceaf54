// Configuration of the services that `watch-services` measures.
import * as z from 'zod';
import {
  bytes,
  commandLine,
  duration,
  exactlyOne,
  measure,
  ownName,
  percent,
  unit,
  wait,
} from '../contract/quantities.ts';
import type { Alert } from './files.ts';

const limitsSchema = z
  .strictObject({
    cpu: measure('%', '80%').optional().describe('CPU time; 100% is one processor, so 250% is two and a half'),
    memory: bytes('2GB')
      .optional()
      .describe('proportional memory (PSS), or resident memory (RSS) where this user may not read PSS'),
    'open-files': percent('80%').optional().describe('open files of a process, as a share of its own limit'),
    threads: z.int().min(1).optional().describe('threads of all its processes'),
  })
  .prefault({})
  .describe('an alert begins above these');

// Repeated from files.ts, which programs that only read the configuration should not load.
const measures = ['running', 'cpu', 'memory', 'open-files', 'threads'] as const satisfies readonly Alert['measure'][];

const restartSchema = z.strictObject({
  with: z
    .union([
      z.literal('systemctl', { error: 'expected systemctl, or a list of a program and its arguments' }),
      commandLine,
    ])
    .describe('`systemctl`: restarts the unit; or the command that restarts the service'),
  when: z
    .array(z.enum(measures))
    .min(1)
    .prefault(['running'])
    .describe('the alerts that restart the service; absent: only `running`, that it does not run'),
  cooldown: wait('10m').prefault('10m').describe('at least this long from one attempt to the next'),
  'per-day': z.int().min(1).max(24).prefault(3).describe('attempts in any 24 hours'),
  timeout: duration('30s', 60).prefault('30s').describe('an attempt that takes longer is ended and has failed'),
});

const expectedUser = 'expected the name of a user in /etc/passwd, or the number of a user';

const serviceSchema = z
  .strictObject({
    unit: unit.optional().describe('a systemd unit, with its type: all processes of its control group'),
    'pid-file': z
      .string()
      .max(4000)
      .regex(/^\//, 'expected an absolute path')
      .optional()
      .describe('a file with the id of the main process: that process and its descendants'),
    'command-line': z
      .string()
      .max(1000)
      .regex(/[^*\s]/, 'expected a part of the command line; `*` alone would fit every process')
      .optional()
      .describe('the whole command line, of which `*` matches any part: those processes and their descendants'),
    user: z
      .union([z.int().min(0), z.string().regex(/^[^\s:]{1,64}$/, expectedUser)], { error: expectedUser })
      .optional()
      .describe(
        'only main processes of this user count (a name in /etc/passwd, or a number); with pid-file or command-line',
      ),
    limits: limitsSchema,
    hold: wait('5m').prefault('5m').describe('an alert begins when the service has been above its limit for this long'),
    restart: restartSchema
      .optional()
      .describe('how the service is restarted while it has an alert; absent: it is never restarted'),
  })
  .refine(...exactlyOne('unit', 'pid-file', 'command-line'))
  .refine((service) => service.unit === undefined || service.user === undefined, {
    path: ['user'],
    error: 'a unit is found by its control group, which no other user can join: leave `user` out',
  })
  .refine(({ unit: found, restart }) => restart?.with !== 'systemctl' || found !== undefined, {
    path: ['restart', 'with'],
    error: 'systemctl restarts only a service that is found by `unit`; expected a command',
  })
  .superRefine(({ limits, restart }, context) => {
    for (const [index, one] of (restart?.when ?? []).entries())
      if (one !== 'running' && limits[one] === undefined)
        context.addIssue({
          code: 'custom',
          path: ['restart', 'when', index],
          message: `${one} has no limit in \`limits\`, so it never has an alert`,
        });
  });

/** Unit, pid file or command line of each service that may be restarted. */
const restartedIn = (services: Readonly<Record<string, z.output<typeof serviceSchema>>>): string[] =>
  Object.values(services).flatMap(({ restart, unit: name, 'pid-file': file, 'command-line': line, user = '' }) =>
    restart ? [`${name ?? file ?? line ?? ''} ${user}`] : [],
  );

export const watchdogConfig = {
  watchdog: z
    .strictObject({
      services: z
        .record(ownName, serviceSchema)
        .refine((services) => new Set(restartedIn(services)).size === restartedIn(services).length, {
          error: 'two services restart the same one, each with a cooldown of its own: give `restart` to one of them',
        })
        .prefault({})
        .describe('services by a name of your own'),
    })
    .prefault({})
    .describe(
      'services whose CPU time, memory, open files and threads `watch-services` measures (ops/docs/watchdog.md)',
    ),
};

export type Service = z.output<typeof serviceSchema>;
export type RestartConfig = z.output<typeof restartSchema>;

export interface WatchdogConfig {
  readonly site: string;
  readonly watchdog: z.output<typeof watchdogConfig.watchdog>;
}
