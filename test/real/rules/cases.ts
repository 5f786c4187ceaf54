// What the rules for Prometheus must do with recorded series, and how promtool is told so.
import { stringify } from 'yaml';
import { type Rule, ruleFile, rulesIn } from '../../rules.ts';

/** An alert that fires: its own labels beside those of its rule, and its summary. */
interface Fired {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface Case {
  /** What the series tell. */
  readonly name: string;
  /** Between two values of a series, and between two evaluations. */
  readonly interval?: string;
  /** Series → its values, in promtool's notation: `1x20` is 1 and twenty times more 1, `_` no value, `stale` its end. */
  readonly series: Readonly<Record<string, string>>;
  /** Alert → time → what fires then. */
  readonly alerts: Readonly<Record<string, Readonly<Record<string, readonly Fired[]>>>>;
}

/** Without those that depend on other series. */
const fixedLabels = (labels: Rule['labels'] = {}): Rule['labels'] =>
  Object.fromEntries(Object.entries(labels).filter(([, value]) => !value.includes('{{')));

export const casesOf = async (name: string): Promise<readonly Case[]> =>
  ((await import(`./${name}.ts`)) as { cases: readonly Case[] }).cases;

/** A file for `promtool test rules` about a file of rules. What a rule always says is taken from the rule. */
export async function promtoolTests(name: string): Promise<string> {
  const ruleOf = new Map(rulesIn(name).map((rule) => [rule.alert, rule]));
  return stringify({
    rule_files: [ruleFile(name)],
    evaluation_interval: '15s',
    tests: (await casesOf(name)).map(({ name: title, interval = '1m', series, alerts }) => ({
      name: title,
      interval,
      input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
      alert_rule_test: Object.entries(alerts).flatMap(([alertname, times]) =>
        Object.entries(times).map(([time, fired]) => ({
          eval_time: time,
          alertname,
          exp_alerts: fired.map(({ labels, summary }) => ({
            exp_labels: { ...fixedLabels(ruleOf.get(alertname)?.labels), ...labels },
            exp_annotations: { ...ruleOf.get(alertname)?.annotations, summary },
          })),
        })),
      ),
    })),
  });
}
