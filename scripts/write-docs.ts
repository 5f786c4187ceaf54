// npm run docs: writes the JSON Schema for editors and the reference page of the configuration.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReference } from '../lib/config/reference.ts';
import { configurationJsonSchema } from '../lib/config/schema.ts';
import { documentsJsonSchema } from '../lib/fleet/document-schemas.ts';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'ops', 'docs');
const schema = configurationJsonSchema();
writeFileSync(join(folder, 'config.schema.json'), `${JSON.stringify(schema, undefined, 2)}\n`);
writeFileSync(join(folder, 'configuration.md'), renderReference(schema));
writeFileSync(join(folder, 'fleet.schema.json'), `${JSON.stringify(documentsJsonSchema(), undefined, 2)}\n`);
