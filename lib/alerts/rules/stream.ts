import { defineRule, type Sighting } from '../../contract/rule.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';

export const stream = defineRule<Pick<Readable, 'streams'>>()({
  name: 'stream',
  summary: 'a stream is stale',
  runbook: 'ops/runbooks/stream-age.md',
  needs: ['streams'],
  tells: { 'stream-age': '' },
  limits: {},
  // Counted from when it went stale, not from when somebody looked.
  hold: ['stale-for', '3h', 'stale for this long'],
  sightings: ({ streams = {} }) => Object.entries(streams).map(([subject, read]) => sightingOf(subject, read)),
});

function sightingOf(
  subject: string,
  { age_seconds, newest_at, window_seconds, root }: Readable['streams'][string],
): Sighting {
  const window = formatDuration(window_seconds);
  const limit = { value: window_seconds, key: `streams.${subject}.window` };
  if (age_seconds === undefined || newest_at === undefined) {
    const message = `${subject} has no data at all in ${root}`;
    return { subject, state: 'firing', value: null, unit: 's', limit, message };
  }
  const message = `the newest data of ${subject} are ${formatDuration(age_seconds)} old`;
  if (age_seconds <= window_seconds) return { subject, state: 'clear', message };
  const since = new Date(Date.parse(newest_at) + window_seconds * 1000).toISOString();
  return {
    subject,
    state: 'firing',
    value: age_seconds,
    unit: 's',
    limit,
    since,
    message: `${message} (window ${window})`,
  };
}
