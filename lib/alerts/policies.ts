// Every alert policy, in the order in which a mail names them.
import type { Policy } from '../contract/policy.ts';

/** Policies over a snapshot. They go by the snapshot’s time: the same snapshot twice is evaluated once. */
export const snapshotPolicies: readonly Policy[] = [
  {
    name: 'storage',
    summary: 'a filesystem fills up',
    runbook: 'ops/runbooks/filesystem-usage.md',
    of: { 'filesystem-usage': '', 'workspace-usage': '' },
    limit: { key: 'at', side: 'from', definition: ['percent', '80%', 'fires from this usage on'] },
    levels: [],
  },
  {
    name: 'charge',
    summary: 'the battery runs empty',
    runbook: 'ops/runbooks/power-charge.md',
    of: { 'power-charge': '' },
    limit: { key: 'at', side: 'at or below', definition: ['percent', '20%', 'fires at this charge or below'] },
    levels: [],
  },
  {
    name: 'temperature',
    summary: 'the power supply is hot',
    runbook: 'ops/runbooks/power-temperature.md',
    of: { 'power-temperature': '' },
    limit: { key: 'at', side: 'from', definition: ['C', '45 C', 'fires at this temperature or above'] },
    levels: [],
  },
  {
    name: 'voltage',
    summary: 'the battery voltage is low',
    runbook: 'ops/runbooks/power-voltage.md',
    of: { 'power-voltage': '' },
    limit: { key: 'below', side: 'below', definition: ['V', '50 V', 'fires below this voltage'] },
    levels: [],
  },
  {
    name: 'stream',
    summary: 'a stream is stale',
    runbook: 'ops/runbooks/stream-age.md',
    of: { 'stream-age': '' },
    levels: ['red'],
    // Counted from when the stream went stale, not from when the monitor first saw that.
    hold: ['stale-for', '3h', 'must be stale for this long first'],
  },
  {
    name: 'service',
    summary: 'a service that a stream depends on is off or unhealthy',
    runbook: 'ops/runbooks/service-state.md',
    of: { 'service-state': '' },
    onlyServing: true,
    levels: ['red', 'amber'],
    hold: ['unhealthy-for', '3h', 'must be off or unhealthy for this long first'],
  },
  {
    name: 'probe',
    summary: 'a reading fails repeatedly',
    runbook: 'ops/docs/alerts.md',
    of: { 'host-reachable': 'host.', 'workspace-reachable': 'mount.' },
    readings: true,
    levels: ['red'],
    wellSays: 'is there',
    hold: ['failing-for', '1h', 'must fail for this long first'],
  },
];

/** Covers red observations that no other policy covers, so that nothing is judged twice by different limits. */
export const red: Policy = {
  name: 'red',
  summary: 'health judges something red, and no other rule covers it',
  levels: ['red'],
  hold: ['red-for', '15m', 'must be red for this long first'],
  exceptions: {
    // A mirror is hours behind before it turns red, and it catches up by itself after an outage.
    'mirror-coverage': { 'red-for': '1h' },
    'mirror-lag': { 'red-for': '1h' },
    // An OOM kill is red only in the first snapshot after it, and green in the next one.
    'host-oom': { 'red-for': '0s', 'clear-hold': '1h' },
  },
};

/** Policies over the monitor itself. They go by the clock, so that they advance while nothing is collected. */
export const monitorPolicies: readonly Policy[] = [
  {
    name: 'snapshot',
    summary: 'no new snapshots are collected',
    runbook: 'ops/runbooks/snapshot-age.md',
    of: { 'snapshot-age': '' },
    limit: { key: 'older-than', side: 'from', definition: ['age', '3 intervals', 'fires from this age on'] },
    // A snapshot that is missing or unreadable counts as too old.
    levels: ['unknown'],
  },
  {
    name: 'delivery',
    summary: 'mails cannot be delivered',
    runbook: 'ops/runbooks/mail-delivery.md',
    of: { 'mail-delivery': '' },
    except: ['alertmanager'],
    limit: { key: 'waiting-for', side: 'from', definition: ['duration', '1h', 'fires after this wait'] },
    levels: [],
  },
  {
    name: 'heartbeat',
    summary: 'the external watchdog accepts no heartbeat',
    runbook: 'ops/runbooks/heartbeat.md',
    of: { heartbeat: '' },
    limit: { key: 'older-than', side: 'from', definition: ['age', '24 intervals', 'fires from this age on'] },
    levels: [],
    // After the machine was off, the first cycle evaluates this before it sends its own heartbeat.
    hold: ['hold', '10m', 'must last this long first'],
  },
  {
    name: 'stage',
    summary: 'a stage of the monitor itself fails repeatedly, or is no longer run',
    runbook: 'ops/runbooks/stage-outcome.md',
    of: { 'stage-outcome': '' },
    // send-alerts cannot mail about its own failure: by the time it runs again, the failure is over.
    except: ['send-alerts'],
    levels: ['red', 'unknown'],
    hold: ['failing-for', '1h', 'must fail for this long first, counted from its last successful run'],
  },
];

export const policies: readonly Policy[] = [...snapshotPolicies, red, ...monitorPolicies];

export const policyNamed = (name: string): Policy | undefined => policies.find((policy) => policy.name === name);
