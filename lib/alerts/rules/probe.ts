import { defineRule, type Sighting } from '../../contract/rule.ts';
import { counted, escapePattern, firstLine } from '../../core/text.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import type { OwnState } from '../own.ts';

type Input = OwnState & Pick<Readable, 'hosts' | 'workspace'>;

export const probe = defineRule<Input>()({
  name: 'probe',
  summary: 'a reading fails again and again',
  runbook: 'ops/docs/alerts.md',
  needs: ['readings', 'hosts', 'workspace'],
  tells: { 'host-reachable': 'host.', 'workspace-reachable': 'mount.', 'workspace-usage': 'mount.' },
  limits: {},
  hold: ['failing-for', '1h', 'failing for this long'],
  sightings: ({ readings = {}, hosts = {}, workspace }) => {
    const away = [
      ...Object.entries(hosts).map(([name, { reached, error }]) => ({
        subject: `host.${name}`,
        why: reached ? undefined : (error ?? `${name} cannot be reached`),
        // As every reading there says it.
        sign: `${name} cannot be reached`,
      })),
      ...(workspace
        ? [
            {
              // Not the reading of that name: that can be read, and says that nothing is there.
              subject: 'mount.workspace',
              why: workspace.reached ? undefined : (workspace.problem ?? 'not reached'),
              sign: workspace.path.replace(/(?<=.)\/+$/, ''),
            },
          ]
        : []),
    ];
    const lost = new Map(away.flatMap(({ subject, why }) => (why === undefined ? [] : [[subject, [] as string[]]])));
    const seen = Object.entries(readings).map(([subject, reason]): Sighting => {
      if (reason === undefined) return { subject, state: 'clear', message: `${subject} can be read` };
      const cause = away.find(({ why, sign }) => why !== undefined && names(reason, sign));
      if (!cause) return firing(subject, `${subject} cannot be read: ${firstLine(reason)}`);
      // One mail about the machine that is away, not one for everything that was to be read on it.
      lost.get(cause.subject)?.push(subject);
      return { subject, state: 'unknown', message: `${cause.subject} is away` };
    });
    return [
      ...away.map(({ subject, why }): Sighting => {
        if (why === undefined) return { subject, state: 'clear', message: `${subject} is there` };
        const count = lost.get(subject)?.length ?? 0;
        return firing(subject, `${firstLine(why)}${count === 0 ? '' : `; it costs ${counted(count, 'reading')}`}`);
      }),
      ...seen,
    ];
  },
});

/** With an end of a word or of a path on both sides: `/data` is not in `/data2`, nor in `/mnt/data`. */
const names = (reason: string, sign: string): boolean =>
  new RegExp(`(?<![^\\s'"\`:;,=([{])${escapePattern(sign)}(?![^\\s'"\`:;,)\\]}/.…]|\\.\\S)`).test(reason);

const firing = (subject: string, message: string): Sighting => ({
  subject,
  state: 'firing',
  value: 'failed',
  unit: '',
  limit: { value: 'a reading', key: '' },
  message,
});
