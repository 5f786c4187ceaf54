// npm run docs: writes the JSON Schema for editors, the reference pages of the configuration and of the alerts of a fleet, and the
// boards for Grafana.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReference } from '../lib/config/reference.ts';
import { configurationJsonSchema } from '../lib/config/schema.ts';
import { documentsJsonSchema } from '../lib/fleet/document-schemas.ts';
import { judgements } from '../lib/fleet/judge/index.ts';
import { renderAlerts } from '../lib/fleet/reference.ts';
import { boards, renderBoard } from '../ops/grafana/boards/index.ts';

const ops = join(dirname(dirname(fileURLToPath(import.meta.url))), 'ops');
const folder = join(ops, 'docs');
const schema = configurationJsonSchema();
writeFileSync(join(folder, 'config.schema.json'), `${JSON.stringify(schema, undefined, 2)}\n`);
writeFileSync(join(folder, 'configuration.md'), renderReference(schema));
writeFileSync(join(folder, 'fleet-alerts.md'), renderAlerts(judgements));
writeFileSync(join(folder, 'fleet.schema.json'), `${JSON.stringify(documentsJsonSchema(), undefined, 2)}\n`);
for (const [name, board] of Object.entries(boards)) writeFileSync(join(ops, 'grafana', name), renderBoard(board));
