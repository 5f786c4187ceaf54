// The alerts, the worst first, each with what the nodes reported about it, what follows from it, and what to do.
import { fold } from '../../core/columns.ts';
import { counted, listed } from '../../core/text.ts';
import { severities } from '../../core/severity.ts';
import type { FleetAlert } from '../assess.ts';
import { alertMark, idLines } from '../cells.ts';
import { documentOf } from '../documents.ts';
import { defineView, type Screen } from '../view.ts';

export const alerts = defineView({
  name: 'alerts',
  summary: 'what is wrong, the worst first, with what each node says to it and what to do',
  json: (fleet) => documentOf(fleet, { alerts: fleet.alerts }),
  render: ({ alerts: all, environment }, screen) => {
    if (all.length === 0) return [screen.paint('green', `Nothing is wrong in ${environment}.`)];
    return severities
      .flatMap((severity) => {
        const found = all.filter((one) => one.severity === severity);
        if (found.length === 0) return [];
        const title = counted(found.length, severity === 'info' ? 'note' : `${severity} alert`);
        return ['', screen.paint('bold', title), ...found.flatMap((alert) => linesOf(alert, screen))];
      })
      .slice(1);
  },
});

const mostNodes = 5;

function linesOf(alert: FleetAlert, screen: Screen): string[] {
  const { id, message, advice, consequences, subsystem, evidence } = alert;
  const { paint, width } = screen;
  const said = Object.entries(evidence).filter(([, words]) => !message.includes(words));
  const below = (text: string): string[] => fold(`    ${text}`, width, '    ');
  return [
    ...fold(`${alertMark(alert, screen)} ${subsystem}: ${message}`, width, '  '),
    ...idLines(id, screen),
    ...said.slice(0, mostNodes).flatMap(([node, words]) => below(`${node}: ${words}`)),
    ...(said.length > mostNodes ? below(`… and ${counted(said.length - mostNodes, 'more node')}`) : []),
    ...(consequences.length === 0
      ? []
      : below(
          `${consequences.length === 1 ? 'from it follows' : 'from it follow'} ${listed([...consequences], mostNodes)}`,
        )),
    ...fold(advice, width - 4).map((line) => `    ${paint('dim', line)}`),
  ];
}
