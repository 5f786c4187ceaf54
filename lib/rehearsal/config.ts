// Configuration of the rehearsal that `run-rehearsal` runs.
import * as z from 'zod';
import {
  absolutePath,
  commandLine,
  duration,
  exactlyOne,
  hostAndPort,
  ownName,
  webUrl,
} from '../contract/quantities.ts';
import { formatLimit } from '../core/quantity.ts';
import { parseInstant } from '../core/time.ts';

const environment = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,99}$/, 'expected a name of a variable'), commandLine.element)
  .prefault({})
  .describe(
    'variables of the command; a value `$NAME` is the secret of that name: from the environment or a credential',
  );

interface MayHaveEnv {
  readonly command?: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
}

const hasUseOfEnv = ({ command, env }: MayHaveEnv): boolean => command !== undefined || Object.keys(env).length === 0;
const envWithoutCommand = '`env` is for `command` only: nothing else gets the variables';

const connectorSchema = z
  .strictObject({
    http: webUrl
      .optional()
      .describe('healthy when a GET of this URL answers with 2xx; a secret in the query as `?token=$NAME`'),
    tcp: hostAndPort.optional().describe('healthy when a connection to this host and port succeeds'),
    tls: hostAndPort
      .optional()
      .describe('healthy when a TLS handshake with this host and port succeeds, with a valid certificate'),
    ssh: z
      .strictObject({ host: z.string().describe('name of a machine of `hosts`'), command: commandLine })
      .optional()
      .describe('healthy when this command exits with 0 there: the probe of a remote agent'),
    command: commandLine.optional().describe('healthy when this command exits with 0 here'),
    env: environment,
    timeout: duration('10s').prefault('10s').describe('not healthy after this'),
    required: z
      .boolean()
      .prefault(true)
      .describe('false: the rehearsal may pass although this connector is not healthy'),
  })
  .refine(...exactlyOne('http', 'tcp', 'tls', 'ssh', 'command'))
  .refine(hasUseOfEnv, envWithoutCommand)
  .meta({ oneOf: ['ssh', 'http', 'tcp', 'tls', 'command'].map((key) => ({ required: [key] })) });

const smokeTestSchema = z.strictObject({
  command: commandLine.describe('passes when it exits with 0; its standard output is the payload'),
  env: environment,
  folder: absolutePath.optional().describe('working directory of the command'),
  timeout: duration('5m').prefault('5m').describe('the smoke test fails after this, and all its processes are ended'),
});

const credentialSchema = z
  .strictObject({
    file: absolutePath.optional().describe('was rotated when this file was last modified'),
    json: z
      .strictObject({
        file: absolutePath.describe('the JSON file'),
        key: z.string().min(1).max(200).describe('key of the time; a key inside another with a dot'),
      })
      .optional()
      .describe('was rotated at a time in a JSON file: ISO 8601, or unix time in seconds'),
    command: commandLine.optional().describe('was rotated at the time that this command prints'),
    env: environment,
    'max-age': duration('90d').describe('is to be rotated after this'),
    timeout: duration('30s').prefault('30s').describe('a time that takes longer to read is unknown'),
  })
  .refine(...exactlyOne('file', 'json', 'command'))
  .refine(hasUseOfEnv, envWithoutCommand)
  .meta({ oneOf: ['file', 'json', 'command'].map((key) => ({ required: [key] })) });

const doctrineSchema = z
  .strictObject({
    command: commandLine.optional().describe('passes when it exits with 0'),
    file: absolutePath.optional().describe('verdict in the format of ops/docs/gate-summary.md'),
    env: environment,
    'max-age': duration('1d').prefault('1d').describe('a verdict of `file` that is older is unknown'),
    timeout: duration('5m').prefault('5m').describe('the check fails after this'),
  })
  .refine(...exactlyOne('command', 'file'))
  .refine(hasUseOfEnv, envWithoutCommand)
  .meta({ oneOf: ['command', 'file'].map((key) => ({ required: [key] })) });

const mostDueRuns = 10_000;

const drillSchema = z
  .strictObject({
    start: z
      .string()
      .transform((text, context) => {
        const start = parseInstant(text);
        if (start) return start.toISOString();
        const message = `expected a time, such as "2026-11-20T06:00Z"; got ${JSON.stringify(text)}`;
        context.issues.push({ code: 'custom', input: text, message });
        return z.NEVER;
      })
      .meta({ examples: ['2026-11-20T06:00Z'] })
      .describe('begin of the drill, in UTC unless it has an offset'),
    every: duration('1h').prefault('1h').describe('a run is due in each of these, from the begin on'),
    for: duration('48h').prefault('48h').describe('length of the drill'),
  })
  .refine(({ every, for: length }) => every <= length, 'expected `every` to be at most `for`')
  .refine(({ every, for: length }) => length / every <= mostDueRuns, `expected at most ${mostDueRuns} due runs`);

/** All parts together may take this long: less than the deadline of the stage, so that time is left for the archive. */
const longestSeconds = 3000;

interface Timed {
  readonly timeout: number;
}

interface TimedParts {
  readonly connectors: Readonly<Record<string, Timed>>;
  readonly credentials: Readonly<Record<string, Timed>>;
  readonly 'smoke-test'?: Timed | undefined;
  readonly doctrine?: Timed | undefined;
}

const partsOf = ({ connectors, credentials, doctrine, 'smoke-test': smokeTest }: TimedParts): Timed[] => [
  ...Object.values(connectors),
  ...Object.values(credentials),
  ...(smokeTest ? [smokeTest] : []),
  ...(doctrine ? [doctrine] : []),
];

const rehearsalSchema = z
  .strictObject({
    connectors: z
      .record(ownName, connectorSchema)
      .prefault({})
      .refine((connectors) => Object.keys(connectors).length <= 50, 'expected at most 50 connectors')
      .describe('what must answer, by a name of your own'),
    'smoke-test': smokeTestSchema.optional().describe('a command that tries the whole'),
    credentials: z
      .record(ownName, credentialSchema)
      .prefault({})
      .refine((credentials) => Object.keys(credentials).length <= 100, 'expected at most 100 credentials')
      .describe('what must be rotated in time, by a name of your own'),
    doctrine: doctrineSchema.optional().describe('the verdict of the doctrine check'),
    drill: drillSchema.optional().describe('when a run is due; without it no figure says how many runs took place'),
    keep: z
      .int()
      .min(2)
      .max(10_000)
      .prefault(100)
      .describe('how many runs are kept; a drill of 48 h with a run each hour has 48'),
    archive: absolutePath
      .optional()
      .describe(
        'archive that `--pipeline` writes; default: logs/stage_b_rehearsal_artifacts.tgz beside the folder `files.monitoring`',
      ),
  })
  .refine(
    (rehearsal) => partsOf(rehearsal).length > 0,
    'expected at least one of `connectors`, `smoke-test`, `credentials` and `doctrine`',
  )
  .refine(
    (rehearsal) => partsOf(rehearsal).reduce((sum, { timeout }) => sum + timeout, 0) <= longestSeconds,
    `the time limits of all parts together must be at most ${formatLimit(longestSeconds)}`,
  );

export type Rehearsal = z.output<typeof rehearsalSchema>;
export type Connector = z.output<typeof connectorSchema>;
export type SmokeTest = z.output<typeof smokeTestSchema>;
export type Credential = z.output<typeof credentialSchema>;
export type Doctrine = z.output<typeof doctrineSchema>;
export type Drill = z.output<typeof drillSchema>;

export const rehearsalConfig = {
  rehearsal: rehearsalSchema.optional().describe('what `run-rehearsal` checks (ops/docs/rehearsal.md)'),
};

export interface RehearsalConfig {
  readonly rehearsal?: Rehearsal | undefined;
}

/** The machines that the connectors name, each with the path of the key that names it. */
export const rehearsalPlaces = ({ rehearsal }: RehearsalConfig) =>
  Object.entries(rehearsal?.connectors ?? {}).flatMap(([name, { ssh }]) =>
    ssh ? [{ host: ssh.host, key: ['rehearsal', 'connectors', name, 'ssh', 'host'] }] : [],
  );
