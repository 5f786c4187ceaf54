import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { renderReference } from '../../lib/config/reference.ts';
import { configurationJsonSchema, type JsonSchema } from '../../lib/config/schema.ts';
import { readText } from '../world.ts';

const docs = join(import.meta.dirname, '..', '..', 'ops', 'docs');

describe('config/docs', () => {
  test('the reference page and the JSON Schema are up to date (`npm run docs` writes them)', () => {
    const schema = configurationJsonSchema();
    assert.equal(readText(join(docs, 'configuration.md')), renderReference(schema));
    assert.deepEqual(JSON.parse(readText(join(docs, 'config.schema.json'))), JSON.parse(JSON.stringify(schema)));
  });

  test('every key of the configuration is described', () => {
    let keys = 0;
    const walk = (schema: JsonSchema, path: string): void => {
      for (const option of schema.anyOf ?? [schema]) {
        for (const [name, below] of Object.entries(option.properties ?? {})) {
          keys += 1;
          assert.ok(below.description, `${path}${name} has no description`);
          walk(below, `${path}${name}.`);
        }
        if (typeof option.additionalProperties === 'object') walk(option.additionalProperties, `${path}NAME.`);
      }
    };
    walk(configurationJsonSchema(), '');
    assert.ok(keys >= 60, `only ${keys} keys were seen`);
  });
});
