// What the stages write for Prometheus, taken together: node-exporter reads all their textfiles as one page.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'node:test';
import fastGlob from 'fast-glob';
import type { FileSpec } from '../lib/contract/file.ts';
import { parse } from 'yaml';
import { assertGolden } from './golden.ts';
import { root } from './process.ts';
import { type Rule, ruleFiles, rulesIn } from './rules.ts';
import { seriesOf, writeTextfiles } from './textfiles.ts';
import { placesIn, readText } from './world.ts';

const sources = fastGlob.sync('lib/**/*.ts', { cwd: root }).sort();
const sourcesWith = (words: string): string[] => sources.filter((file) => readText(join(root, file)).includes(words));

/** A file of every declaration of the code whose format is that of Prometheus; `alpha` where it depends on a name or a path. */
async function declaredFiles(): Promise<string[]> {
  const places = placesIn('/declared');
  const paths: string[] = [];
  for (const file of sourcesWith("format: 'prom'").filter((one) => one !== 'lib/contract/file.ts')) {
    const exported = (await import(join(root, file))) as Record<string, unknown>;
    const parts = readText(join(root, file)).split("format: 'prom'").slice(0, -1);
    for (const part of parts) {
      const [, name = ''] = [...part.matchAll(/^(?:export )?const (\w+)/gm)].at(-1) ?? [];
      const value = exported[name];
      assert.ok(value !== undefined, `${file}: ${name} is not exported`);
      const spec = (
        typeof value === 'function' ? (value as (word: string) => unknown)('alpha') : value
      ) as FileSpec<string>;
      assert.equal(spec.format, 'prom', `${file}: ${name}`);
      paths.push(spec.path(places, new Date()));
    }
  }
  // A copy that lies elsewhere is not read by node-exporter.
  return paths.flatMap((path) => (dirname(path) === places.textfiles ? [basename(path)] : []));
}

/** Family → the alerts whose expression asks for it. */
function alertsByFamily(families: readonly string[]): ReadonlyMap<string, string[]> {
  const rules = ruleFiles.flatMap(rulesIn);
  assert.ok(rules.length >= 30);
  return new Map(
    families.map((family) => {
      // A gate's families begin with its name, so rules look for their ends.
      const words = [family, family.replace(/^alpha(?=_gate_)/, '.+')];
      // What stands behind `unless` keeps an alert away.
      const asks = ({ expr }: Rule): boolean =>
        words.some((word) =>
          new RegExp(`(?<![\\w+.])${RegExp.escape(word)}(?!\\w)`).test(
            expr.replaceAll(/unless on \([^)]*\) \(?\w+/g, ''),
          ),
        );
      return [family, rules.filter(asks).map(({ alert }) => alert)];
    }),
  );
}

/** Families whose occasion is another: `service_unread` needs a process of a user whose files ours may not read. */
const triedElsewhere = new Set(['Always 1: a measure of a service that could not be read.']);

test('the textfiles of all stages', async (t) => {
  const folder = await writeTextfiles(t);
  const texts = Object.fromEntries(readdirSync(folder).map((name) => [name, readText(join(folder, name))]));

  await t.test('each file that the code declares is written here, and no other', async () => {
    const declared = await declaredFiles();
    assert.ok(declared.length >= 7, declared.join());
    const written = Object.keys(texts).filter((name) => name !== 'nightly_build_gate.prom');
    assert.deepEqual(
      written,
      declared.sort(),
      'a stage that writes a new textfile belongs into test/textfiles.ts, so that its families are checked beside all others',
    );
  });

  await t.test('no family stands in two files, and each has its HELP and TYPE before its samples', () => {
    const fileOf = new Map<string, string>();
    for (const [file, text] of Object.entries(texts)) {
      const families = text.split(/^(?=# HELP )/m);
      for (const family of families) {
        const [, name = '', type] =
          /^# HELP (\w+) \S.*\n# TYPE \1 (gauge|counter)\n/.exec(family) ?? assert.fail(family);
        assert.equal(fileOf.get(name), undefined, `${name} stands in ${fileOf.get(name)} and in ${file}`);
        fileOf.set(name, file);
        const series = [...seriesOf(family).keys()];
        assert.ok(series.length >= 1, name);
        for (const one of series) assert.ok(one.startsWith(`${name}{`), `${one} stands below the HELP of ${name}`);
        if (type === 'counter') assert.match(name, /_total$/);
      }
    }
    assert.ok(fileOf.size >= 60, `${fileOf.size}`);
  });

  await t.test('each family that the code can write has a sample', () => {
    const helps = new Set(
      Object.values(texts).flatMap((text) => [...text.matchAll(/^# HELP \w+ (.*)$/gm)].map(([, help]) => help)),
    );
    // What `watch-services --serve` renders is in no file.
    const others = new Set(['lib/core/exposition.ts', 'lib/commands/serve-watchdog.ts']);
    const renderers = sourcesWith('renderExposition(').filter((file) => !others.has(file));
    assert.ok(renderers.length >= 7, renderers.join());
    for (const file of renderers) {
      // Each text of more than one word is a HELP.
      const said = [...readText(join(root, file)).matchAll(/'([A-Z][^'\n]* [^'\n]*)'/g)].map(([, help = '']) => help);
      assert.ok(said.length >= 4, `${file}: ${said.length}`);
      for (const help of said)
        assert.ok(helps.has(help) || triedElsewhere.has(help), `${file}: no sample has the HELP ${help}`);
    }
  });

  await t.test(
    'ops/docs/textfiles.md lists every family, with the alerts that ask for it or the reason why none does',
    () => {
      const page = join(root, 'ops', 'docs', 'textfiles.md');
      const [head] = readText(page).split('\n## ', 1);
      const reasons = parse(readText(join(root, 'ops', 'prometheus', 'families-without-rule.yml'))) as Record<
        string,
        string
      >;
      const families = Object.values(texts).flatMap((text) =>
        [...text.matchAll(/^# HELP (\w+)/gm)].map(([, name = '']) => name),
      );
      const alerts = alertsByFamily(families);
      const watchedBy = (family: string): string => {
        const names = alerts.get(family) ?? [];
        const reason = reasons[family];
        assert.ok(
          names.length > 0 !== (reason !== undefined),
          `${family}: a rule in ops/prometheus/rules, or a reason in families-without-rule.yml, and not both: ${names.join()} ${reason}`,
        );
        return reason === undefined ? names.join(', ') : `none: ${reason}`;
      };
      assert.deepEqual(
        Object.keys(reasons).filter((family) => !families.includes(family)),
        [],
        'there is no such family',
      );
      const parts = Object.entries(texts)
        .filter(([file]) => file !== 'nightly_build_gate.prom')
        .map(([file, text]) => {
          const rows = [...text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)\n(?:\w+\{(.*)\})?/gm)].map(
            ([, name = '', help = '', type = '', labels = '']) => {
              const keys = [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, key]) => key).join(', ');
              return `| \`${name}\` | ${type} | ${keys} | ${help} | ${watchedBy(name)} |`;
            },
          );
          return `\n## ${file}\n\n| family | type | labels | | alerts |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
        });
      assertGolden(page, `${head}${parts.join('')}`);
    },
  );
});
