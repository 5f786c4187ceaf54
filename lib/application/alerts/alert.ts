// An alert of an application, from its first call to its end, and the events that handlers get.

export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** An alert as the application creates it. The same name with the same labels is the same alert. */
export interface NewAlert {
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  /** They tell this alert from others of its name: `{ device: 'valve-7' }`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** More for the reader: `{ runbook: 'https://…' }`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Alert extends Required<NewAlert> {
  /** Made of the name and the labels: the same alert has the same key. */
  readonly key: string;
  /** An alert that begins again after it was resolved has another id. */
  readonly id: string;
  /** The rule that created it. */
  readonly rule?: string;
  readonly startedAt: string;
  /** When it was created again last, while it was active. */
  readonly seenAt: string;
  readonly resolvedAt?: string;
  readonly acknowledged?: { readonly at: string; readonly by: string };
  /** Steps of escalation that were taken. */
  readonly escalated: number;
}

export interface AlertEvent {
  /** `worsened`: it was active already, with a lower severity. `escalated`: nobody acknowledged it in time. */
  readonly kind: 'created' | 'worsened' | 'escalated' | 'resolved';
  readonly alert: Alert;
}

export const keyOf = ({ name, labels = {} }: Pick<NewAlert, 'name' | 'labels'>): string =>
  JSON.stringify([name, ...Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))]);

export const isActive = ({ resolvedAt }: Alert): boolean => resolvedAt === undefined;

export const isWorse = (severity: Severity, than: Severity): boolean =>
  severities.indexOf(severity) > severities.indexOf(than);
