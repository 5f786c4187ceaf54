// Configuration of the Pushgateway.
import * as z from 'zod';
import { duration, secret } from '../contract/quantities.ts';
import { labelProblem } from './group.ts';

/** Why the address cannot be that of a Pushgateway; undefined where it can. */
export function addressProblem(url: string): string | undefined {
  const target = URL.parse(url);
  if (!target || !['http:', 'https:'].includes(target.protocol)) return 'expected an http or https URL';
  if (target.username !== '' || target.password !== '')
    return 'a URL with a password would be printed: use `user` and `password` of `push`';
  return target.search === '' && target.hash === '' ? undefined : 'expected a URL without `?` and `#`';
}

const address = z
  .string()
  .max(1000)
  .superRefine((url, context) => {
    const message = addressProblem(url);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const label = z.string().superRefine((name, context) => {
  const message = labelProblem(name);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const longestTimeoutSeconds = 60;

const schema = z
  .strictObject({
    url: address.optional().describe('address of the Pushgateway: http://push.example.org:9091'),
    user: z
      .string()
      .regex(/^[!-9;-~]{1,200}$/, 'expected a name without spaces and colons')
      .optional()
      .describe('user of the Pushgateway, or of the proxy before it; is sent to `url` only'),
    password: secret.optional().describe('its password, as $NAME of an environment variable or credential'),
    group: z
      .record(label, z.string().max(1000))
      .prefault({})
      .describe(
        'grouping labels of every push, beside `job`: { instance: vm1 } where several machines push the same job',
      ),
    jobs: z
      .record(
        z.string().regex(/^[^/\0]+\.prom$/, 'expected the name of a textfile: x.prom'),
        z.string().min(1).max(200),
      )
      .prefault({})
      .describe(
        'job of a textfile, by its name: { alpha_gate.prom: release }; default: its name with - for _, alpha-gate',
      ),
    timeout: duration('10s', longestTimeoutSeconds).prefault('10s').describe('time limit of the whole request'),
    'give-up': duration('1d')
      .prefault('1d')
      .describe('a push that was not accepted for this long moves to push/outbox/dead in `files.state`'),
  })
  .superRefine(({ user, password }, context) => {
    if ((user === undefined) === (password === undefined)) return;
    const [path, other] = user === undefined ? ['password', 'user'] : ['user', 'password'];
    context.addIssue({ code: 'custom', path: [path], message: `expected \`${other}\` as well` });
  });

export const pushConfig = {
  push: schema.prefault({}).describe('Pushgateway of `push-metrics` and `--push` (ops/docs/push.md)'),
};

export interface PushConfig {
  readonly push: z.output<typeof schema>;
}
