// Renders the reference page of the configuration from its schema.
import type { JsonSchema } from './schema.ts';
import { alternatives, anyProperty, kindNames } from './walk.ts';

interface Row {
  readonly key: string;
  readonly kind: string;
  readonly byDefault: string;
  readonly says: string;
}

export function renderReference(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([name, below]) => {
    const rows = rowsOf(below, name);
    return [
      `## ${name}`,
      '',
      sentence(below.description ?? ''),
      '',
      '| key | what it takes | default | what it means |',
      '| --- | --- | --- | --- |',
      ...rows.map(
        ({ key, kind, byDefault, says }) =>
          `| ${code(key)} | ${cell(kind)} | ${byDefault === '' ? '' : code(byDefault)} | ${cell(says)} |`,
      ),
    ].join('\n');
  });
  return `${[
    '# Configuration',
    '',
    'Written by `npm run docs` from the schema; `ops-monitor check-config FILE` checks a file against it and says where each value comes from.',
    'Without a configuration file, this machine is watched with the defaults below. Quantities carry their unit: `90s`, `1.5h`, `80%`, `52 V`.',
    'Units of durations are `ms`, `s`, `m` or `min`, `h`, `d` and `w`, also combined (`1h30m`); there are no months and years, because their length varies.',
    '`NAME` stands for a name of your own, `[]` for each entry of a list.',
    'A complete example is `ops/examples/aurora.yaml`. For completion in an editor, put this line at the top of the file:',
    '`# yaml-language-server: $schema=…/ops/docs/config.schema.json`',
  ].join('\n')}\n\n${sections.join('\n\n')}\n`;
}

function rowsOf(schema: JsonSchema, key: string): Row[] {
  const below = alternatives(schema).flatMap((option) => {
    const free = anyProperty(option);
    return [
      ...Object.entries(option.properties ?? {}).flatMap(([name, child]) =>
        name === 'for' && anyProperty(child)
          ? [exceptionRow(child, `${key}.for.NAME`)]
          : rowsOf(child, `${key}.${name}`),
      ),
      ...(free ? rowsOf(free, `${key}.NAME`) : []),
      ...(option.items && alternatives(option.items).some(({ type }) => type === 'object')
        ? rowsOf(option.items, `${key}[]`)
        : []),
    ];
  });
  const own = alternatives(schema).filter(({ type }) => type !== 'object');
  // A top-level key is described under its heading, and a mapping without a description needs no row of its own.
  const isDescribed = key.includes('.') && schema.description !== undefined;
  if (below.length > 0 && own.length === 0 && !isDescribed) return below;
  const row: Row = {
    key,
    kind: own.map(kindOf).join(' or ') || 'a mapping',
    byDefault: plainDefault(schema.default),
    says: schema.description ?? own[0]?.description ?? shortFor(below[0]),
  };
  return [row, ...below];
}

/** One row for the keys of an exception, which repeat those a few rows above. */
function exceptionRow(schema: JsonSchema, key: string): Row {
  const again = Object.keys(anyProperty(schema)?.properties ?? {}).map(code);
  return { key, kind: 'a mapping', byDefault: '', says: `${schema.description}: ${again.join(', ')}, as above` };
}

const shortFor = (first: Row | undefined): string =>
  first ? `short for \`{ ${first.key.split('.').at(-1)}: … }\`` : '';

function kindOf(schema: JsonSchema): string {
  if (schema.quantity) return schema.quantity;
  if (schema.enum)
    return schema.enum
      .map((value) => code(JSON.stringify(value)))
      .join(', ')
      .replaceAll('"', '');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const).replaceAll('"', ''));
  if (schema.type === 'array') {
    return `a list of ${plural(schema.items ? alternatives(schema.items).map(kindOf).join(' or ') : 'values')}`;
  }
  return schema.type === 'boolean' ? '`true` or `false`' : (kindNames[schema.type ?? ''] ?? 'anything');
}

const plural = (kind: string): string => (kind === 'text' ? 'texts' : kind === 'a mapping' ? 'mappings' : kind);
const sentence = (text: string): string => (text === '' ? '' : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`);
const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${cell(text)}\``;

function plainDefault(value: unknown): string {
  return value === undefined || typeof value === 'object' ? '' : JSON.stringify(value).replaceAll('"', '');
}
