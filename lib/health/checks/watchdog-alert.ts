import type { Verdict } from '../../contract/check.ts';
import { type Level, worstFirst } from '../../core/level.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';

type Service = Readable['watchdog'][string];

export const watchdogAlert = defineCheck({
  name: 'watchdog-alert',
  summary: 'a service does not run, or uses more than its limits of the watchdog',
  needs: ['watchdog'],
  assess: ({ watchdog }) => Object.entries(watchdog).map(([subject, service]) => judgeService(subject, service)),
});

interface Fault extends Pick<Verdict, 'value' | 'unit' | 'since'> {
  readonly level: Level;
  readonly limit: NonNullable<Verdict['limit']>;
  readonly words: string;
}

/** The worst of its faults decides; all of that level are told. */
function judgeService(subject: string, service: Service): Verdict {
  const faults = faultsOf(subject, service).toSorted(
    (a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level),
  );
  const [worst] = faults;
  const running = { value: 'running', key: `watchdog.services.${subject}` };
  if (!worst) {
    const message = `${subject} runs, and watch-services has no alert about it`;
    return { subject, level: 'green', value: 'running', unit: '', limit: running, message };
  }
  const { level, value, unit, limit, since } = worst;
  const told = faults.filter((fault) => fault.level === level).map(({ words }) => words);
  return {
    subject,
    level,
    value,
    unit,
    limit,
    message: told.join('; '),
    since,
    clears_when: 'it runs, and watch-services ends its alerts',
  };
}

function faultsOf(name: string, { state, reason, alerts, unjudged = {} }: Service): Fault[] {
  const limit = { value: 'running', key: `watchdog.services.${name}` };
  const why = reason === undefined ? '' : `: ${reason}`;
  const going = Object.entries(alerts).map(([measure, alert]): Fault => {
    const { message: words, value, unit, since, limit: crossed } = alert;
    return { level: measure === 'running' ? 'red' : 'amber', value, unit, limit: crossed, since, words };
  });
  return [
    ...going,
    ...(state === 'unknown'
      ? [{ level: 'unknown' as const, value: null, unit: '', limit, words: `whether ${name} runs is not known${why}` }]
      : []),
    // The hold of the service is not over yet.
    ...(state === 'stopped' && !Object.hasOwn(alerts, 'running')
      ? [{ level: 'amber' as const, value: state, unit: '', limit, words: `${name} does not run${why}` }]
      : []),
    ...Object.entries(unjudged).map(([measure, problem]): Fault => {
      const key = `watchdog.services.${name}.limits.${measure}`;
      const words = `${measure} of ${name} could not be judged: ${problem}`;
      return { level: 'unknown', value: null, unit: '', limit: { value: 'a reading', key }, words };
    }),
  ];
}
