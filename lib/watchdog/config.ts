// Configuration of the services that `watch-services` measures.
import * as z from 'zod';
import { bytes, measure, ownName, percent, unit, wait } from '../contract/quantities.ts';

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
    limits: limitsSchema,
    hold: wait('5m').prefault('5m').describe('an alert begins when the service has been above its limit for this long'),
  })
  .refine(
    (service) =>
      [service.unit, service['pid-file'], service['command-line']].filter((way) => way !== undefined).length === 1,
    'expected one of unit, pid-file and command-line',
  );

export const watchdogConfig = {
  watchdog: z
    .strictObject({
      services: z.record(ownName, serviceSchema).prefault({}).describe('services by a name of your own'),
    })
    .prefault({})
    .describe(
      'services whose CPU time, memory, open files and threads `watch-services` measures (ops/docs/watchdog.md)',
    ),
};

export type Service = z.output<typeof serviceSchema>;

export interface WatchdogConfig {
  readonly site: string;
  readonly watchdog: z.output<typeof watchdogConfig.watchdog>;
}
