import { dispatch } from '../lib/cli/dispatch.ts';
import { documentPath } from '../lib/io/product.ts';

// Without a command, the help is printed.
process.argv[2] ??= '--help';

// The summaries are repeated here because importing the scripts would load them all; a test compares.
const commands = {
  init: {
    summary: 'looks at this machine, and writes a commented configuration of what is worth watching',
    load: () => import('./init.ts'),
  },
  'run-cycle': { summary: 'runs all stages once and prints a summary', load: () => import('./run-cycle.ts') },
  'collect-snapshot': {
    summary: 'reads the machine once and writes a snapshot: a line of JSONL, and latest.json',
    load: () => import('./collect-snapshot.ts'),
  },
  'assess-health': {
    summary: 'judges the latest snapshot: green, amber, red, unknown',
    load: () => import('./assess-health.ts'),
  },
  'write-report': {
    summary: 'writes the report for people: the latest one, and that of the day with its history',
    load: () => import('./write-report.ts'),
  },
  'append-zarr': { summary: 'appends new snapshots to the Zarr archive', load: () => import('./append-zarr.ts') },
  'draw-quicklooks': {
    summary: 'draws pictures of the archive: of each day, and of the last 7 and 30 days',
    load: () => import('./draw-quicklooks.ts'),
  },
  'build-dashboard': {
    summary: 'caches the trends of the live page from the archive, and writes the page and a badge',
    load: () => import('./build-dashboard.ts'),
  },
  'prune-files': {
    summary: 'packs and removes old files, as `keep` in the configuration says',
    load: () => import('./prune-files.ts'),
  },
  'run-gate': {
    summary: 'runs the phases of a gate, keeps their output, and writes its verdict',
    load: () => import('./run-gate.ts'),
  },
  'run-boot': {
    summary: 'starts components in the order of their dependencies, waits until each is ready, and times that',
    load: () => import('./run-boot.ts'),
  },
  'run-rehearsal': {
    summary:
      'checks connectors, smoke test, rotation of credentials and doctrine (not `rehearse`, which replays mails)',
    load: () => import('./run-rehearsal.ts'),
  },
  'test-metrics': {
    summary: 'reads the JUnit XML that test runners leave, and writes durations and failures for Prometheus',
    load: () => import('./test-metrics.ts'),
  },
  'push-metrics': {
    summary: 'pushes a textfile to a Prometheus Pushgateway, and retries pushes that were not accepted',
    load: () => import('./push-metrics.ts'),
  },
  'watch-services': {
    summary: 'measures CPU, memory, open files and threads of services, and reports those above their limits',
    load: () => import('./watch-services.ts'),
  },
  archive: { summary: 'inspects, verifies, rebuilds and exports the Zarr archive', load: () => import('./archive.ts') },
  'send-alerts': {
    summary: 'mails new, repeated and ended alerts, and retries undelivered mails',
    load: () => import('./send-alerts.ts'),
  },
  'confirm-cycle': {
    summary: 'checks the age of every file that the cycle writes, and pings the watchdog',
    load: () => import('./confirm-cycle.ts'),
  },
  silence: {
    summary: 'stops mails about a rule, or one subject of it, for a while; without arguments lists all silences',
    load: () => import('./silence.ts'),
  },
  pause: {
    summary: 'stops all mails for a while, for planned work; everything is watched and recorded as before',
    load: () => import('./pause.ts'),
  },
  resume: { summary: 'ends a pause before its time', load: () => import('./resume.ts') },
  ack: {
    summary: 'acknowledges an alert: it is neither repeated nor escalated until it ends',
    load: () => import('./ack.ts'),
  },
  outbox: {
    summary: 'lists the mails that wait and those that could not be delivered, sends them again, drops them',
    load: () => import('./outbox.ts'),
  },
  rehearse: {
    summary:
      'replays recorded days with a changed configuration, and compares its mails with those of the present one (not `run-rehearsal`)',
    load: () => import('./rehearse.ts'),
  },
  'thermal-heartbeat': {
    summary: 'exports every temperature to Prometheus, and reports those above their limit',
    load: () => import('./thermal-heartbeat.ts'),
  },
  dashboard: { summary: 'serves the live page on this machine, until a signal', load: () => import('./dashboard.ts') },
  status: {
    summary: 'shows on one screen how the site is now, what is not green, and what the monitor does',
    load: () => import('./status.ts'),
  },
  explain: {
    summary: 'explains one observation: what was read, which limit decided, since when, and what would clear it',
    load: () => import('./explain.ts'),
  },
  'export-rules': {
    summary:
      'prints rules for Prometheus with the limits of the configuration, in place of ops/prometheus/rules/limits.yml',
    load: () => import('./export-rules.ts'),
  },
  'check-config': {
    summary: 'validates a configuration: lists its mistakes, or its effective values and where each was written',
    load: () => import('./check-config.ts'),
  },
  'node-report': {
    summary: 'reads this machine once, and prints what it found: for a person, or as JSON for the fleet monitor',
    load: () => import('./node-report.ts'),
  },
  monitor: {
    summary: 'asks the nodes of a fleet over ssh for their reports, judges them together, and shows what is wrong',
    load: () => import('./monitor.ts'),
  },
  'fleet-snapshot': {
    summary:
      'asks the nodes of the fleet for their reports, judges them, and leaves both for the snapshot and Prometheus',
    load: () => import('./fleet-snapshot.ts'),
  },
  'record-host': {
    summary: 'records this machine in a folder, without secrets, for tests or for a report of a fault',
    load: () => import('./record-host.ts'),
  },
  'complete-names': {
    summary: 'prints the names that a shell completes: observations, alerts, active alerts, mails in the outbox',
    load: () => import('./complete-names.ts'),
  },
  demo: {
    summary: 'builds a small simulated site with faults that come and go, and watches it for a month of simulated time',
    load: () => import('./demo.ts'),
  },
};

dispatch({
  name: 'ops-monitor',
  summary: 'is an observe-only operations monitor: each stage reads files and writes files for the next',
  commands,
  note: `. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 75 already running. Documents: ${documentPath()}`,
});
