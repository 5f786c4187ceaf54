// The tables of what was read, one for each section of the snapshot.
import type { Envelope } from '../contract/envelope.ts';
import { joined, section } from '../core/markdown.ts';
import { formatBytes, formatDuration, formatMeasure } from '../core/quantity.ts';
import { counted, firstLine } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import type { Snapshot } from '../snapshot/files.ts';
import { outcomesOf, type Readable } from '../snapshot/sections/index.ts';

type Sections = Readonly<Record<string, Envelope>>;

/** A section that is added has its table here, or the compiler asks for it. */
const tables = {
  hosts: (of) => hostsTable(readable(of, 'hosts')),
  filesystems: (of) => filesystemTable(readable(of, 'filesystems')),
  workspace: (of) => workspaceTable(readable(of, 'workspace')),
  streams: (of) => streamTable(readable(of, 'streams')),
  mirrors: (of) => mirrorTable(readable(of, 'mirrors')),
  power: (of) => powerTable(readable(of, 'power')),
  gates: (of) => gateTable(readable(of, 'gates')),
  services: (of) => serviceTable(readable(of, 'services')),
  endpoints: (of) => endpointTable(readable(of, 'endpoints')),
  checkouts: (of) => checkoutTable(readable(of, 'checkouts')),
  host: (of) => hostTable(readable(of, 'host'), readable(of, 'clock'), readable(of, 'systemd')),
  clock: 'in that of host',
  systemd: 'in that of host',
} satisfies Record<keyof Readable, ((of: Sections) => string) | string>;

export function tablesOf(snapshot: Snapshot | undefined): string[] {
  const sections = snapshot?.sections ?? {};
  const shown = Object.values(tables).map((show) => (typeof show === 'string' ? '' : show(sections)));
  return [...shown, collectionTable(sections, snapshot)];
}

function filesystemTable(all: Readable['filesystems'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, disk]) => [
    name,
    disk.path === disk.resolved_path ? disk.path : `${disk.path} → ${disk.resolved_path}`,
    formatMeasure(disk.used_percent, 'percent'),
    formatBytes(disk.used_bytes),
    formatBytes(disk.available_bytes),
    disk.inodes_used_percent === undefined ? '' : formatMeasure(disk.inodes_used_percent, 'percent'),
    `${disk.type}${disk.read_only ? ', read-only' : ''}`,
  ]);
  return section('Filesystems', ['name', 'path', 'used', 'bytes', 'left', 'inodes', 'type'], rows);
}

function hostsTable(all: Readable['hosts'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, host]) => [
    name,
    host.address,
    host.reached ? 'reached' : (host.error ?? 'not reached'),
  ]);
  return section('Other machines', ['name', 'address', 'state'], rows);
}

function workspaceTable(workspace: Readable['workspace'] | undefined): string {
  if (!workspace) return '';
  const { path, reached, problem, used_percent, used_bytes, size_bytes, usage_problem } = workspace;
  const { worst_lag_seconds, worst_lag_mirror } = workspace;
  const rows = [
    ['path', path],
    ['reached', reached ? 'yes' : `no: ${problem ?? ''}`],
    [
      'used',
      used_percent === undefined
        ? `not known: ${usage_problem ?? problem ?? ''}`
        : formatMeasure(used_percent, 'percent'),
    ],
    ...(used_bytes === undefined || size_bytes === undefined
      ? []
      : [['in use', `${formatBytes(used_bytes)} of ${formatBytes(size_bytes)}`]]),
    ...(worst_lag_seconds === undefined
      ? []
      : [['longest lag', `${formatDuration(worst_lag_seconds)} (${worst_lag_mirror})`]]),
  ];
  return section('Group workspace', ['what', 'reading'], rows);
}

function streamTable(all: Readable['streams'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, stream]) => [
    name,
    stream.newest_at === undefined ? 'none' : clockMinute(new Date(stream.newest_at)),
    stream.age_seconds === undefined ? '' : formatDuration(stream.age_seconds),
    formatDuration(stream.window_seconds),
    stream.newest_file ?? '',
    [
      ...(stream.empty_files > 0 ? [`${stream.empty_files} empty`] : []),
      ...(stream.future_files > 0 ? [`${stream.future_files} from the future`] : []),
    ].join(', '),
  ]);
  return section('Streams', ['stream', 'newest data', 'age', 'window', 'file', 'left out'], rows);
}

function mirrorTable(all: Readable['mirrors'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, mirror]) => [
    name,
    mirror.coverage_percent === undefined ? 'nothing to cover' : formatMeasure(mirror.coverage_percent, 'percent'),
    mirror.lag_seconds === undefined ? '' : formatDuration(mirror.lag_seconds),
    String(mirror.source_files),
    String(mirror.missing_files),
    String(mirror.mismatched_files),
    String(mirror.extra_files),
    mirror.worst.slice(0, 3).join(', '),
  ]);
  return section('Mirrors', ['copy', 'coverage', 'lag', 'files', 'missing', 'other size', 'extra', 'among them'], rows);
}

function powerTable(power: Readable['power'] | undefined): string {
  if (!power) return '';
  const row = (what: string, unit: string, value?: number, sampled_at?: string, age?: number, problem?: string) => [
    what,
    value === undefined ? 'not known' : formatMeasure(value, unit),
    sampled_at === undefined ? '' : clockMinute(new Date(sampled_at)),
    age === undefined ? '' : formatDuration(age),
    problem ?? '',
  ];
  const { voltage_volts, voltage_sampled_at, voltage_age_seconds, voltage_problem } = power;
  const { charge_percent, charge_sampled_at, charge_age_seconds, charge_problem } = power;
  const { temperature_celsius, temperature_sampled_at, temperature_age_seconds, temperature_problem } = power;
  return section(
    'Power',
    ['what', 'reading', 'sampled', 'age', 'problem'],
    [
      row('battery voltage', 'V', voltage_volts, voltage_sampled_at, voltage_age_seconds, voltage_problem),
      row('state of charge', 'percent', charge_percent, charge_sampled_at, charge_age_seconds, charge_problem),
      row(
        'internal temperature',
        'C',
        temperature_celsius,
        temperature_sampled_at,
        temperature_age_seconds,
        temperature_problem,
      ),
    ],
  );
}

function gateTable(all: Readable['gates'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, gate]) => [
    name,
    gate.verdict,
    formatDuration(gate.age_seconds),
    Object.entries(gate.counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
    gate.reason ?? '',
  ]);
  return section('Gates', ['gate', 'verdict', 'age', 'counts', 'reason'], rows);
}

function serviceTable(all: Readable['services'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, unit]) => [
    name,
    unit.groups.join(', '),
    unit.load_state === 'loaded' ? `${unit.active_state} (${unit.sub_state})` : unit.load_state,
    unit.enabled,
    unit.since_at ? clockMinute(new Date(unit.since_at)) : '',
    unit.restarts === undefined ? '' : String(unit.restarts),
    unit.last_run_at ? clockMinute(new Date(unit.last_run_at)) : '',
    unit.next_run_at ? clockMinute(new Date(unit.next_run_at)) : '',
  ]);
  return section('Services', ['unit', 'group', 'state', 'enabled', 'since', 'restarts', 'last run', 'next run'], rows);
}

function endpointTable(all: Readable['endpoints'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, endpoint]) => [
    name,
    endpoint.url,
    endpoint.status === undefined ? (endpoint.error ?? 'no answer') : String(endpoint.status),
    endpoint.answered ? `${endpoint.response_ms} ms` : '',
    endpoint.certificate_days_left === undefined ? '' : formatDuration(endpoint.certificate_days_left * 86_400),
  ]);
  return section('Endpoints', ['name', 'address', 'answer', 'time', 'certificate left'], rows);
}

function checkoutTable(all: Readable['checkouts'] | undefined): string {
  const rows = Object.entries(all ?? {}).map(([name, checkout]) => [
    name,
    checkout.branch,
    checkout.commit.slice(0, 12),
    String(checkout.dirty_files),
    checkout.ahead === undefined ? 'no upstream' : String(checkout.ahead),
    checkout.behind === undefined ? '' : String(checkout.behind),
  ]);
  return section('Checkouts', ['name', 'branch', 'commit', 'dirty files', 'ahead', 'behind'], rows);
}

function hostTable(
  host: Readable['host'] | undefined,
  clock: Readable['clock'] | undefined,
  systemd: Readable['systemd'] | undefined,
): string {
  const rows: string[][] = [];
  if (host) {
    rows.push(['up for', formatDuration(host.uptime_seconds)]);
    rows.push([
      'load over 1, 5 and 15 minutes',
      `${host.load_1}, ${host.load_5}, ${host.load_15} on ${counted(host.cpus, 'processor')}`,
    ]);
    rows.push([
      'memory in use',
      `${formatMeasure(host.memory_used_percent, 'percent')} of ${formatBytes(host.memory_total_bytes)}`,
    ]);
    rows.push(['swap in use', `${formatBytes(host.swap_used_bytes)} of ${formatBytes(host.swap_total_bytes)}`]);
    if (host.oom_kills !== undefined) rows.push(['killed for memory since boot', String(host.oom_kills)]);
  }
  if (clock) rows.push(['clock', `${clock.synchronised ? '' : 'not '}synchronised (${clock.told_by})`]);
  if (systemd) rows.push(['failed units', systemd.failed === 0 ? 'none' : systemd.failed_units.join(', ')]);
  return section('Host', ['what', 'reading'], rows);
}

function collectionTable(sections: Readonly<Record<string, Envelope>>, snapshot: Snapshot | undefined): string {
  const rows = outcomesOf(sections).map(({ name, outcome }) => [
    name,
    outcome.status === 'failed' ? `failed (${outcome.kind})` : outcome.status,
    'ms' in outcome ? `${outcome.ms} ms` : '',
    'reason' in outcome ? firstLine(outcome.reason) : '',
  ]);
  const took = snapshot ? `All readings together took ${snapshot.collection_ms} ms.` : '';
  return joined([
    section('How the collection went', ['reading', 'outcome', 'time', 'reason'], rows),
    rows.length === 0 ? '' : took,
  ]);
}

/** The section's data where it could be read; of many items, those that could. */
function readable<Name extends keyof Readable>(
  sections: Readonly<Record<string, Envelope>>,
  name: Name,
): Readable[Name] | undefined {
  const section = sections[name];
  if (section?.status !== 'ok') return undefined;
  const items = outcomesOf({ [name]: section });
  if (items.length === 1 && items[0]?.name === name) return section.data as Readable[Name];
  const read = items.flatMap(({ name: full, outcome }) =>
    outcome.status === 'ok' ? [[full.slice(name.length + 1), outcome.data]] : [],
  );
  return Object.fromEntries(read) as Readable[Name];
}
