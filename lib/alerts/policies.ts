// Every alert policy, in the order in which a mail names them.
import type { Policy } from '../contract/policy.ts';

/** Of what a snapshot says. Its time is theirs: the same snapshot twice is one look. */
export const snapshotPolicies: readonly Policy[] = [
  {
    name: 'storage',
    summary: 'a filesystem fills up',
    runbook: 'ops/runbooks/filesystem-usage.md',
    of: { 'filesystem-usage': '', 'workspace-usage': '' },
    limit: { key: 'at', side: 'from', definition: ['percent', '80%', 'from this much in use on'] },
    levels: [],
  },
  {
    name: 'charge',
    summary: 'the battery runs empty',
    runbook: 'ops/runbooks/power-charge.md',
    of: { 'power-charge': '' },
    limit: { key: 'at', side: 'at or below', definition: ['percent', '20%', 'at this or below'] },
    levels: [],
  },
  {
    name: 'temperature',
    summary: 'the power supply is hot',
    runbook: 'ops/runbooks/power-temperature.md',
    of: { 'power-temperature': '' },
    limit: { key: 'at', side: 'from', definition: ['C', '45 C', 'from this on'] },
    levels: [],
  },
  {
    name: 'voltage',
    summary: 'the battery voltage is low',
    runbook: 'ops/runbooks/power-voltage.md',
    of: { 'power-voltage': '' },
    limit: { key: 'below', side: 'below', definition: ['V', '50 V', 'below this'] },
    levels: [],
  },
  {
    name: 'stream',
    summary: 'a stream is stale',
    runbook: 'ops/runbooks/stream-age.md',
    of: { 'stream-age': '' },
    levels: ['red'],
    // Counted from when it went stale, not from when somebody looked.
    hold: ['stale-for', '3h', 'stale for this long'],
  },
  {
    name: 'service',
    summary: 'a service that a stream depends on is off or unhealthy',
    runbook: 'ops/runbooks/service-state.md',
    of: { 'service-state': '' },
    onlyServing: true,
    levels: ['red', 'amber'],
    hold: ['unhealthy-for', '3h', 'off or unhealthy for this long'],
  },
  {
    name: 'probe',
    summary: 'a reading fails again and again',
    runbook: 'ops/docs/alerts.md',
    of: { 'host-reachable': 'host.', 'workspace-reachable': 'mount.' },
    readings: true,
    levels: ['red'],
    wellSays: 'is there',
    hold: ['failing-for', '1h', 'failing for this long'],
  },
];

/** Of what is red by the limits of health: nothing is judged twice, with other limits. */
export const red: Policy = {
  name: 'red',
  summary: 'health judges something red, and no other rule tells of it',
  levels: ['red'],
  hold: ['red-for', '15m', 'red for this long'],
  exceptions: {
    // Behind for hours by the time that it is red; and what could not be reached catches up by itself.
    'mirror-coverage': { 'red-for': '1h' },
    'mirror-lag': { 'red-for': '1h' },
    // What happened since the snapshot before is red in one snapshot alone, and in the next one as if it had not been.
    'host-oom': { 'red-for': '0s', 'clear-hold': '1h' },
  },
};

/** Of the monitor itself: time passes for them also while nothing is collected. */
export const monitorPolicies: readonly Policy[] = [
  {
    name: 'snapshot',
    summary: 'nothing is collected any more',
    runbook: 'ops/runbooks/snapshot-age.md',
    of: { 'snapshot-age': '' },
    limit: { key: 'older-than', side: 'from', definition: ['age', '3 intervals', 'a snapshot older than this'] },
    // One that is not there, or cannot be read, is as good as too old.
    levels: ['unknown'],
  },
  {
    name: 'delivery',
    summary: 'mails cannot be delivered',
    runbook: 'ops/runbooks/mail-delivery.md',
    of: { 'mail-delivery': '' },
    except: ['alertmanager'],
    limit: {
      key: 'waiting-for',
      side: 'from',
      definition: ['duration', '1h', 'a mail that waits for longer than this'],
    },
    levels: [],
  },
  {
    name: 'heartbeat',
    summary: 'the watcher outside accepts no heartbeat',
    runbook: 'ops/runbooks/heartbeat.md',
    of: { heartbeat: '' },
    limit: { key: 'older-than', side: 'from', definition: ['age', '24 intervals', 'none was accepted for this long'] },
    levels: [],
    // After a machine was off, the first cycle looks before its own heartbeat is sent.
    hold: ['hold', '10m', 'must last this long'],
  },
  {
    name: 'stage',
    summary: 'a stage of the monitor itself fails again and again, or is not run any more',
    runbook: 'ops/runbooks/stage-outcome.md',
    of: { 'stage-outcome': '' },
    // The one that mails: what it says of its own last run, its next one has mended.
    except: ['send-alerts'],
    levels: ['red', 'unknown'],
    hold: ['failing-for', '1h', 'failing for this long, counted from when it last did its work'],
  },
];

export const policies: readonly Policy[] = [...snapshotPolicies, red, ...monitorPolicies];

export const policyNamed = (name: string): Policy | undefined => policies.find((policy) => policy.name === name);
