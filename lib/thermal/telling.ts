// Whether the recipients of the beats and events accept what they are sent: kept in the state of the beat, exported as metrics,
// and judged by assess-health and send-alerts, so that another channel says it where telling does not work.

export const recipients = ['sentry-check-in', 'sentry-events', 'watchdog'] as const;
export type Recipient = (typeof recipients)[number];

/** `since`: when it began to accept, or not to accept. `words`: why it did not accept. */
export interface Told {
  readonly ok: boolean;
  readonly since: string;
  readonly words: string;
  readonly accepted_at?: string;
}

export type Telling = Readonly<Partial<Record<Recipient, Told>>>;

/** The last answer of each recipient in this beat; undefined: it was not asked. */
export type Answers = Partial<Record<Recipient, { readonly ok: boolean; readonly words: string }>>;

/** Where no event waits, an earlier refusal is over: its event was accepted since, or its alert was dropped. Whether the next one
 * will be accepted nobody knows; the check-ins show that more often. */
export function withoutEventRefusal({ 'sentry-events': events, ...others }: Telling): Telling {
  if (!events || events.ok) return events ? { ...others, 'sentry-events': events } : others;
  const { accepted_at } = events;
  return accepted_at === undefined
    ? others
    : { ...others, 'sentry-events': { ok: true, since: accepted_at, words: '', accepted_at } };
}

/** Recipients that are configured no more are dropped; one that was not asked keeps what was known of it. */
export function advanceTelling(before: Telling, answers: Answers, configured: readonly Recipient[], at: Date): Telling {
  const now = at.toISOString();
  return Object.fromEntries(
    configured.flatMap((name) => {
      const [last, answer] = [before[name], answers[name]];
      if (!answer) return last ? [[name, last]] : [];
      const { ok, words } = answer;
      const since = last?.ok === ok ? last.since : now;
      const accepted_at = ok ? now : last?.accepted_at;
      return [[name, { ok, since, words, ...(accepted_at === undefined ? {} : { accepted_at }) }]];
    }),
  );
}
