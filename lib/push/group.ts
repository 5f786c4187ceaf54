// The group of a push: the labels by which a Pushgateway keeps what was pushed, `job` first.
import { escapeLabel } from '../core/harmless.ts';

export type Group = Readonly<Record<string, string>>;

/** Why this cannot be the name of a grouping label beside `job`; undefined where it can. */
export function labelProblem(name: string): string | undefined {
  if (name === 'job') return 'the job is named by itself, not as a label';
  if (name.startsWith('__')) return 'names that begin with __ are reserved';
  return /^[A-Za-z_]\w{0,199}$/.test(name) ? undefined : 'expected letters, digits and _, such as `instance`';
}

/** `/metrics/job/alpha-gate/instance/vm1`. Only `job` comes first: the order of the others means nothing. */
export const groupPath = ({ job = '', ...labels }: Group): string =>
  `/metrics${[['job', job] as const, ...Object.entries(labels)].map(([name, value]) => segments(name, value)).join('')}`;

/** A value that a path would change (a slash, an empty part, `..`) or that needs an escape is written as base64. */
function segments(name: string, value: string): string {
  if (/^[\w-][\w.-]*$/.test(value)) return `/${name}/${value}`;
  return `/${name}@base64/${Buffer.from(value).toString('base64url') || '='}`;
}

export const describeGroup = (group: Group): string =>
  `{${Object.entries(group)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',')}}`;

/** A key that two pushes share when they are of the same group of the same server. */
export const keyOf = (url: string, group: Group): string =>
  JSON.stringify([url, ...Object.entries(group).sort(([one], [other]) => (one < other ? -1 : 1))]);

/** `textfiles/alpha_gate.prom` → `alpha-gate` */
export function jobOf(path: string, jobs: Readonly<Record<string, string>>): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return Object.hasOwn(jobs, name) ? (jobs[name] ?? '') : name.replace(/\.prom$/, '').replaceAll('_', '-');
}
