// The severities of alerts of the fleet, the worst first.

export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** How many alerts there are of each severity. */
export function countsOf(alerts: readonly { readonly severity: Severity }[]): Record<Severity, number> {
  const counts = { critical: 0, warning: 0, info: 0 };
  for (const { severity } of alerts) counts[severity] += 1;
  return counts;
}
