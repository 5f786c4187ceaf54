// Renders a rehearsal for a person: its plan before, its result after, and the list of earlier runs. Pure.
import { fold, foldColumns } from '../core/columns.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { counted } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import { maskUrls } from '../core/urls.ts';
import type { Connector, Rehearsal } from './config.ts';
import { kindOf } from './connectors.ts';
import type { DrillResult, PastRun, RehearsalSummary } from './files.ts';

/** `width`: columns of the terminal, as below. */
export function renderPlan(rehearsal: Rehearsal, archive: string | undefined, width: number): string {
  const { connectors, credentials, doctrine, 'smoke-test': smokeTest, drill } = rehearsal;
  const rows = [
    ...Object.entries(connectors).map(([name, connector]) => [
      'connector',
      `${name}${connector.required ? '' : ' (not required)'}`,
      `at most ${formatLimit(connector.timeout)}`,
      `${kindOf(connector)} ${targetOf(connector)}`,
    ]),
    ...(smokeTest
      ? [['smoke test', '', `at most ${formatLimit(smokeTest.timeout)}`, smokeTest.command.join(' ')]]
      : []),
    ...Object.entries(credentials).map(([name, { file, json, command, 'max-age': most }]) => [
      'credential',
      name,
      `rotated within ${formatLimit(most)}`,
      file ?? (json ? `${json.key} of ${json.file}` : (command ?? []).join(' ')),
    ]),
    ...(doctrine
      ? [
          [
            'doctrine',
            '',
            `at most ${formatLimit(doctrine.timeout)}`,
            doctrine.file ?? (doctrine.command ?? []).join(' '),
          ],
        ]
      : []),
  ];
  return [
    'would check, the connectors side by side:',
    ...foldColumns(rows, { indent: '  ', width }),
    ...(drill
      ? [
          `drill: from ${clockMinute(new Date(drill.start))}, every ${formatLimit(drill.every)} for ${formatLimit(drill.for)}`,
        ]
      : []),
    ...(archive === undefined ? [] : [`would write ${archive}`]),
  ].join('\n');
}

const targetOf = ({ http, tcp, tls, ssh, command = [] }: Connector): string =>
  http !== undefined
    ? maskUrls(http)
    : (tcp ?? tls ?? (ssh ? `${ssh.host}: ${ssh.command.join(' ')}` : command.join(' ')));

export function renderRehearsal(summary: RehearsalSummary, width: number): string {
  const { verdict, reason, seconds, health, smoke_test, rotation, doctrine, drill, artifacts } = summary;
  const rows = [
    ...(health?.connectors ?? []).map(({ name, kind, outcome, required, seconds: took, reason: why = '' }) => [
      `${name} (${kind})`,
      outcome === 'pass' ? 'healthy' : required === 'yes' ? 'fail' : 'fail (not required)',
      formatDuration(took),
      why,
    ]),
    ...(smoke_test
      ? [['smoke test', smoke_test.outcome, formatDuration(smoke_test.seconds), smoke_test.reason ?? '']]
      : []),
    ...(rotation?.credentials ?? []).map(({ name, outcome, age_seconds, reason: why = '' }) => [
      `${name} (credential)`,
      outcome,
      age_seconds === undefined ? '' : formatDuration(age_seconds),
      why,
    ]),
    ...(doctrine ? [['doctrine', doctrine.verdict, '', doctrine.reason ?? '']] : []),
  ];
  return [
    ...fold(
      `the rehearsal ${verdict === 'pass' ? 'passes' : `does not pass: ${reason}`} (${formatDuration(seconds)})`,
      width,
    ),
    ...foldColumns(rows, { indent: '  ', width }),
    ...(rotation ? [`rotation coverage: ${percent(rotation.coverage_ratio)}`] : []),
    ...(drill ? [describeDrill(drill)] : []),
    `output: ${artifacts}`,
  ].join('\n');
}

const percent = (ratio: number): string => `${(Math.floor(ratio * 1000) / 10).toFixed(1)} %`;

const describeDrill = ({ due_runs, runs, coverage_ratio, runs_outside }: DrillResult): string =>
  `drill coverage: ${coverage_ratio === undefined ? 'no run is due yet' : `${percent(coverage_ratio)}, ${runs} of ${counted(due_runs, 'due run')}`}; ${counted(runs_outside, 'run')} outside the drill`;

const mostRuns = 20;

/** `history`: newest first. */
export function renderHistory(history: readonly PastRun[], drill: DrillResult | undefined, width: number): string {
  if (history.length === 0) return 'no rehearsal has run yet';
  const rows = history
    .slice(0, mostRuns)
    .map(
      ({ started_at, verdict, seconds, connectors, connectors_healthy, rotation_coverage_ratio, in_drill, reason }) => [
        clockMinute(new Date(started_at)),
        verdict,
        formatDuration(seconds),
        connectors === 0 ? '' : `${connectors_healthy} of ${connectors} healthy`,
        rotation_coverage_ratio === undefined ? '' : `${percent(rotation_coverage_ratio)} rotated`,
        [in_drill === 'none' ? [] : `${in_drill} the drill`, reason ?? []].flat().join('; '),
      ],
    );
  const passed = history.filter(({ verdict }) => verdict === 'pass').length;
  return [
    `${passed} of ${counted(history.length, 'rehearsal')} passed`,
    ...foldColumns(rows, { indent: '  ', width }),
    ...(history.length > mostRuns ? [`  and ${history.length - mostRuns} earlier ones; --json prints all`] : []),
    ...(drill ? [describeDrill(drill)] : []),
  ].join('\n');
}
