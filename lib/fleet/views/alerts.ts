// What is wrong, the worst first.
import { fold } from '../../core/columns.ts';
import { counted } from '../../core/text.ts';
import { severities } from '../assess.ts';
import { defineView } from '../view.ts';

export const alerts = defineView({
  name: 'alerts',
  summary: 'what is wrong, the worst first',
  json: ({ alerts: all }) => all,
  render: ({ alerts: all, environment }, { paint, width }) => {
    if (all.length === 0) return [paint('green', `Nothing is wrong in ${environment}.`)];
    return severities
      .flatMap((severity) => {
        const found = all.filter((one) => one.severity === severity);
        if (found.length === 0) return [];
        return [
          '',
          paint('bold', counted(found.length, severity === 'info' ? 'note' : `${severity} alert`)),
          ...found.flatMap(({ level, message, advice, consequences, subsystem }) => [
            ...fold(`${paint(level, '●')} ${subsystem}: ${message}`, width, '  '),
            ...(consequences.length === 0
              ? []
              : fold(
                  `  ${counted(consequences.length, 'more thing')} ${consequences.length === 1 ? 'follows' : 'follow'} from it`,
                  width,
                  '  ',
                )),
            ...fold(`  ${paint('dim', advice)}`, width, '  '),
          ]),
        ];
      })
      .slice(1);
  },
});
