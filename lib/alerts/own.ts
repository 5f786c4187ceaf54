// What the monitor knows of itself, as its rules see it.

export interface OwnState {
  readonly snapshot: { readonly age_seconds: number | undefined; readonly problem: string | undefined };
  /** By reading: why it failed; undefined where it did not. */
  readonly readings: Readonly<Record<string, string | undefined>>;
  readonly outbox: { readonly waiting: number; readonly oldest_seconds: number };
}
