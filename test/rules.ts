// The rules for Prometheus in ops/prometheus/rules.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { root } from './process.ts';
import { readText } from './world.ts';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const folder = join(root, 'ops', 'prometheus', 'rules');

/** Names of the files, without their ending. */
export const ruleFiles = readdirSync(folder).map((file) => basename(file, '.yml'));
export const ruleFile = (name: string): string => join(folder, `${name}.yml`);

/** The alerts; an expression that several of them ask for is a rule without an alert. */
export const rulesIn = (name: string): Rule[] =>
  (parse(readText(ruleFile(name))) as { groups: { rules: Partial<Rule>[] }[] }).groups.flatMap(({ rules }) =>
    rules.filter((rule): rule is Rule => rule.alert !== undefined),
  );
