// Configuration of the boot that `run-boot` runs.
import * as z from 'zod';
import {
  absolutePath,
  commandLine,
  duration,
  exactlyOne,
  hostAndPort,
  ownName,
  unit,
  wait,
  webUrl,
} from '../contract/quantities.ts';
import { listed, nearest } from '../core/text.ts';
import { backOffSeconds } from './back-off.ts';
import { findCycle } from './order.ts';

const readySchema = z
  .strictObject({
    command: commandLine.optional().describe('ready when this command exits with 0'),
    http: webUrl
      .optional()
      .describe('ready when a GET of this URL answers with 2xx or 3xx; a secret in the query as `?token=$NAME`'),
    tcp: hostAndPort.optional().describe('ready when a connection to this host and port succeeds'),
    unit: unit.optional().describe('ready when systemd says that this unit is active'),
  })
  .refine(...exactlyOne('command', 'http', 'tcp', 'unit'))
  .meta({ oneOf: [{ required: ['command'] }, { required: ['http'] }, { required: ['tcp'] }, { required: ['unit'] }] });

const componentSchema = z
  .strictObject({
    start: commandLine
      .optional()
      .describe(
        'program and arguments that start it and end by themselves; what they leave running stays; none: it is only waited for',
      ),
    ready: readySchema.optional().describe('how to see that it is ready; none: when `start` exits with 0'),
    timeout: duration('1m').prefault('1m').describe('time limit of an attempt: the start and its readiness together'),
    retries: z.int().min(0).max(100).prefault(0).describe('further attempts after a failed first one'),
    'back-off': wait('5s')
      .prefault('5s')
      .describe('pause before the first retry; doubled for each further one, at most 15m'),
    after: z.array(z.string()).max(100).prefault([]).describe('components that must be ready before'),
  })
  .refine(({ start, ready }) => start ?? ready, 'expected `start` or `ready`, or both');

export type Component = z.output<typeof componentSchema>;

/** The deadline of run-boot. */
const longest = 86_400;

const longestOf = ({ timeout, retries, 'back-off': first }: Component): number => {
  let seconds = (retries + 1) * timeout;
  for (let retry = 1; retry <= retries; retry++) seconds += backOffSeconds(first, retry);
  return seconds;
};

const bootSchema = z
  .strictObject({
    components: z
      .record(ownName, componentSchema)
      .refine((components) => Object.keys(components).length > 0, 'expected at least one component')
      .refine((components) => Object.keys(components).length <= 100, 'expected at most 100 components')
      .refine(
        (components) => Object.values(components).reduce((sum, component) => sum + longestOf(component), 0) < longest,
        'the time limits of all attempts of all components, and the pauses between them, must together be below 1d',
      )
      .describe('what is started, by a name of your own'),
    'copy-to': absolutePath
      .optional()
      .describe('a second copy of boot_metrics.prom, such as `/srv/app/logs/alpha_gate/boot_metrics.prom`'),
  })
  .superRefine(({ components }, context) => {
    const names = Object.keys(components);
    for (const [name, { after }] of Object.entries(components))
      for (const [index, needed] of after.entries()) {
        if (Object.hasOwn(components, needed)) continue;
        const meant = nearest(needed, names);
        const advice = meant === undefined ? ` (there: ${listed(names, 10)})` : `; did you mean ${meant}?`;
        const message = `there is no component ${JSON.stringify(needed)}${advice}`;
        context.addIssue({ code: 'custom', path: ['components', name, 'after', index], message });
      }
    const cycle = findCycle(new Map(Object.entries(components).map(([name, { after }]) => [name, after])));
    if (cycle)
      context.addIssue({
        code: 'custom',
        path: ['components', cycle[0] ?? '', 'after'],
        message: `each of these waits for the next, for ever: ${cycle.join(' → ')}`,
      });
  });

export type Boot = z.output<typeof bootSchema>;

export const bootConfig = {
  boot: bootSchema.optional().describe('what `run-boot` starts and waits for (ops/docs/boot.md)'),
};

export interface BootConfig {
  readonly boot?: Boot | undefined;
}
