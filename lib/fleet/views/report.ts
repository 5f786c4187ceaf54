// The whole fleet as one JSON document for a language model. With --budget the document is cut to so many tokens.
import { Usage } from '../../contract/errors.ts';
import { type Given, defineView } from '../view.ts';
import { reportOf, reportWithin } from '../report.ts';
import type { Fleet } from '../assess.ts';

export const report = defineView({
  name: 'report',
  summary: 'everything as one JSON made for a language model, whole or, with --budget, small',
  options: {
    budget: {
      type: 'string',
      value: 'TOKENS',
      summary:
        'so many tokens at most (4 characters each): what is healthy is summed up, what is not stays whole; then the least bad is left out',
    },
  },
  refuse: (options) => void budgetIn(options),
  printsJson: true,
  render: (fleet, _, options) => [textOf(fleet, options)],
  json: (fleet, options) => JSON.parse(textOf(fleet, options)) as unknown,
});

function textOf(fleet: Fleet, options: Given): string {
  const budget = budgetIn(options);
  return budget === undefined
    ? JSON.stringify(reportOf(fleet), undefined, 2)
    : JSON.stringify(reportWithin(fleet, budget));
}

function budgetIn({ budget }: Given): number | undefined {
  if (budget === undefined) return undefined;
  const tokens = typeof budget === 'string' && /^\d{1,9}$/.test(budget) ? Number(budget) : 0;
  if (tokens > 0) return tokens;
  throw new Usage(`--budget: expected a number of tokens, such as 8000; got ${JSON.stringify(budget)}`);
}
