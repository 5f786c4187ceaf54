// Which alert mails must go out, and to whom: a second account of ops/docs/alerts.md, written from the documentation alone
// and without the product's code, so that fortnights.test.ts can compare the two. Times are milliseconds.

export type Kind = 'opening' | 'repeat' | 'escalation' | 'recovery' | 'vanished';

/** One alert in a mail to one recipient. */
export interface Letter {
  readonly to: string;
  readonly alert: string;
  readonly kind: Kind;
}

/** What a run sees of one alert. A subject that is watched no more has no sight. */
export type Sight =
  | { readonly state: 'firing'; /** Where the data tell when it began. */ readonly since?: number | undefined }
  | { readonly state: 'clear' }
  | { readonly state: 'unknown' };

export interface Rule {
  readonly hold: number;
  readonly clearHold: number;
  readonly repeat: number;
  readonly to: readonly string[];
}

export interface Run {
  readonly at: number;
  /** Undefined where the run finds the snapshot of an earlier run: that one says nothing new, and causes no second mail. */
  readonly seen: ReadonlyMap<string, Sight> | undefined;
  /** Of the monitor itself: by the clock, in every run. */
  readonly own: ReadonlyMap<string, Sight>;
  readonly rule: (alert: string) => Rule;
  readonly escalate?: { readonly after: number; readonly to: readonly string[] } | undefined;
  /** By a silence or a maintenance window. */
  readonly isSilenced: (alert: string) => boolean;
  /** Alerts that somebody has acknowledged since the previous run. */
  readonly acknowledged: readonly string[];
}

/** The answer of the relay for one letter. `later`: it waits for another attempt. `dead`: no attempt follows. */
export type Answer = 'accepted' | 'later' | 'dead';

interface Active {
  readonly isOwn: boolean;
  /** Since when the condition lasts. */
  since: number;
  isFiring: boolean;
  clearSince?: number | undefined;
  isAcknowledged: boolean;
  isEscalated: boolean;
  /** To whom a mail about it was written, whatever became of the mail: they get the end. */
  readonly addressed: Set<string>;
  /** When the first mail was written: escalation counts from it. */
  firstWritten?: number | undefined;
  /** When the latest mail was first accepted, or was written as long as nobody has accepted it: `repeat` counts from it. */
  lastMail?: number | undefined;
}

export interface Waiting extends Letter {
  readonly active: Active;
  /** The mail, where it counts for `repeat`. */
  readonly mail: { isAccepted: boolean } | undefined;
  readonly writtenAt: number;
}

export function alertModel() {
  const alerts = new Map<string, Active>();
  let waiting: Waiting[] = [];

  const waitsFor = (active: Active, to: string): boolean =>
    waiting.some((letter) => letter.active === active && letter.to === to);

  /** Where the clock was set back, nothing lies in the future. */
  function clampTo(at: number): void {
    const clamp = (time: number): number => Math.min(time, at);
    for (const active of alerts.values()) {
      active.since = clamp(active.since);
      if (active.clearSince !== undefined) active.clearSince = clamp(active.clearSince);
      if (active.firstWritten !== undefined) active.firstWritten = clamp(active.firstWritten);
      if (active.lastMail !== undefined) active.lastMail = clamp(active.lastMail);
    }
  }

  /** A mail that `counts` is not one to an added recipient, which does not put off the others' next mail. */
  function write(at: number, active: Active, alert: string, kind: Kind, to: readonly string[], counts: boolean): void {
    if (to.length === 0) return;
    const mail = { isAccepted: false };
    for (const recipient of to) {
      active.addressed.add(recipient);
      waiting.push({ to: recipient, alert, kind, active, mail: counts ? mail : undefined, writtenAt: at });
    }
    if (!counts) return;
    active.firstWritten ??= at;
    active.lastMail = at;
  }

  function end(run: Run, alert: string, active: Active, kind: 'recovery' | 'vanished'): void {
    alerts.delete(alert);
    if (active.isFiring) write(run.at, active, alert, kind, [...active.addressed], false);
  }

  /** Moves the alert between pending, firing and over. */
  function judge(run: Run, alert: string, sight: Sight, isOwn: boolean): void {
    const { at } = run;
    const { hold, clearHold } = run.rule(alert);
    let active = alerts.get(alert);
    if (sight.state === 'unknown') return;
    if (sight.state === 'clear') {
      if (!active) return;
      active.clearSince ??= at;
      if (!active.isFiring || at - active.clearSince >= clearHold) end(run, alert, active, 'recovery');
      return;
    }
    if (!active) {
      const addressed = new Set<string>();
      active = { isOwn, since: at, isFiring: false, isAcknowledged: false, isEscalated: false, addressed };
      alerts.set(alert, active);
    }
    active.clearSince = undefined;
    if (active.isFiring) return;
    active.since = Math.min(sight.since ?? at, active.since);
    if (at - active.since >= hold) active.isFiring = true;
  }

  /** Mails about an alert that goes on: none while it is clear and waits for its clear-hold. A silence stops all of them; an acknowledgement stops repeats and the escalation. */
  function mail(run: Run, alert: string, active: Active): void {
    const { at, escalate } = run;
    if (!active.isFiring || active.clearSince !== undefined || run.isSilenced(alert)) return;
    const { to, repeat } = run.rule(alert);
    const further = escalate?.to ?? [];
    const earlier = new Set(active.addressed);
    const everybody = active.isEscalated ? [...new Set([...to, ...further])] : to;
    // Somebody who acknowledges an alert before its first mail knows of it: that mail is not written.
    const added = active.isAcknowledged && earlier.size === 0 ? [] : everybody.filter((one) => !earlier.has(one));
    const { firstWritten, lastMail } = active;
    write(at, active, alert, 'opening', added, earlier.size === 0);
    if (active.isAcknowledged || firstWritten === undefined || lastMail === undefined) return;
    /** Whoever still waits for a mail about the alert gets no further one. */
    const free = (all: readonly string[]): string[] => [...new Set(all)].filter((one) => !waitsFor(active, one));
    if (escalate && !active.isEscalated && at - firstWritten >= escalate.after) {
      active.isEscalated = true;
      write(at, active, alert, 'escalation', free([...to, ...further]), true);
    } else if (at - lastMail >= repeat) write(at, active, alert, 'repeat', free(everybody), true);
  }

  return {
    /** The letters that this run must write. They wait until `relay` says what became of them. */
    run(run: Run): readonly Waiting[] {
      clampTo(run.at);
      const before = new Set(waiting);
      for (const alert of run.acknowledged) {
        const active = alerts.get(alert);
        if (active) active.isAcknowledged = true;
      }
      for (const [isOwn, sights] of [
        [false, run.seen],
        [true, run.own],
      ] as const) {
        if (!sights) continue;
        for (const [alert, active] of alerts)
          if (active.isOwn === isOwn && !sights.has(alert)) end(run, alert, active, 'vanished');
        for (const [alert, sight] of sights) judge(run, alert, sight, isOwn);
        for (const [alert, active] of alerts) if (active.isOwn === isOwn) mail(run, alert, active);
      }
      return waiting.filter((letter) => !before.has(letter));
    },

    /** What the relay said to a letter that waits. */
    relay(at: number, letter: Waiting, answer: Answer): void {
      if (answer === 'later') return;
      waiting = waiting.filter((one) => one !== letter);
      const { active, mail: counted } = letter;
      if (answer === 'dead' || !counted || counted.isAccepted) return;
      counted.isAccepted = true;
      active.lastMail = at;
    },

    waiting: (): readonly Waiting[] => waiting,
    /** How long the oldest letter has waited. */
    longestWait: (at: number): number => Math.max(0, ...waiting.map(({ writtenAt }) => at - writtenAt)),
    /** Only an active alert can be acknowledged. */
    active: (): readonly string[] => [...alerts.keys()],
  };
}
