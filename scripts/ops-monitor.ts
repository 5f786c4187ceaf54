import { dispatch } from '../lib/cli/dispatch.ts';

// The summaries stand here again because asking the scripts for them would load them all; a test compares.
dispatch({
  'run-cycle': {
    summary: 'runs one whole cycle by hand, and says what it found',
    load: () => import('./run-cycle.ts'),
  },
  'collect-snapshot': {
    summary: 'reads the machine once: a line of JSONL, and latest.json',
    load: () => import('./collect-snapshot.ts'),
  },
  'assess-health': {
    summary: 'judges the latest snapshot: green, amber, red, unknown',
    load: () => import('./assess-health.ts'),
  },
  'write-report': {
    summary: 'writes the report for people: the latest, and the day’s with how the day went',
    load: () => import('./write-report.ts'),
  },
  'append-zarr': { summary: 'appends what is new to the Zarr archive', load: () => import('./append-zarr.ts') },
  archive: {
    summary: 'looks into the Zarr archive, verifies and rebuilds it, and gives copies of it away',
    load: () => import('./archive.ts'),
  },
  'send-alerts': {
    summary: 'mails who has to hear of something, and what still waits',
    load: () => import('./send-alerts.ts'),
  },
  'confirm-cycle': {
    summary: 'looks at the age of all that the cycle should have written, and tells a watcher outside',
    load: () => import('./confirm-cycle.ts'),
  },
  silence: {
    summary: 'sends no mails about a rule, or one subject of it, for a while; without arguments lists what is silent',
    load: () => import('./silence.ts'),
  },
  ack: {
    summary: 'says that somebody knows of an alert: it is not repeated and not escalated until it is over',
    load: () => import('./ack.ts'),
  },
  rehearse: {
    summary:
      'replays recorded days against a changed configuration: which mails it would have sent, beside those of today',
    load: () => import('./rehearse.ts'),
  },
  'thermal-heartbeat': {
    summary: 'reads every temperature for Prometheus, and notifies the watchdogs when one is above its limit',
    load: () => import('./thermal-heartbeat.ts'),
  },
  explain: {
    summary: 'tells of one observation what was read, which limit decided, since when, and what would clear it',
    load: () => import('./explain.ts'),
  },
  'check-config': {
    summary: 'says what is wrong with a configuration, or prints its effective values with where each was written',
    load: () => import('./check-config.ts'),
  },
  'record-host': {
    summary: 'records this machine as a folder, without secrets, for tests and for asking somebody else',
    load: () => import('./record-host.ts'),
  },
  demo: {
    summary: 'builds a small simulated site with faults that come and go, and watches it for a month of simulated time',
    load: () => import('./demo.ts'),
  },
});
