// One source for texts: what is wrong is said in the same words by the command line, Nagios, explain, the report and the mail.
// The live page shows the messages of the health file (test/real/page).
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { foldFindings } from '../../lib/engine/findings.ts';
import { makeSite } from '../commands/site.ts';
import { readText } from '../world.ts';

/** Without what Markdown, the width of a terminal and the encoding of a mail add. */
const plain = (text: string): string =>
  text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/\\([^\w\s])/g, '$1')
    .replaceAll(/\s+/g, ' ');

describe('cycle/words', () => {
  test('everything that is wrong is said in the same words wherever it is said', (t) => {
    const alerts = 'alerts: { to: [ops@example.org], transport: smtp, rules: { red: { red-for: 0s } } }';
    const { run, state, health } = makeSite(t, 'sick', alerts);
    const summary = plain(run('run-cycle').stdout);
    const nagios = plain(run('assess-health', '--nagios').stdout);
    const report = plain(readText(join(state, 'health', 'latest_report.md')));
    const wrong = foldFindings(health().observations);
    assert.ok(wrong.length >= 20, `${wrong.length} findings`);
    for (const { observation } of wrong) {
      const message = plain(observation.message);
      for (const [outlet, text] of Object.entries({ summary, nagios, report }))
        assert.ok(text.includes(message), `the ${outlet} does not say of ${observation.id}: ${message}\n${text}`);
    }
    for (const { observation } of wrong.slice(0, 6))
      assert.ok(plain(run('explain', observation.id).stdout).includes(plain(observation.message)), observation.id);

    const outbox = join(state, 'alerts', 'outbox');
    const name = readdirSync(outbox).find((file) => file.endsWith('.json')) ?? '';
    const { raw, ids } = JSON.parse(readText(join(outbox, name))) as { raw: string; ids: string[] };
    const mail = plain(raw);
    // Rules with a limit or a hold of their own say that limit, or wait.
    const red = wrong.filter(({ observation }) => ids.includes(`red:${observation.id}`));
    assert.ok(red.length >= 8, `${ids.length} alerts: ${ids.join(', ')}`);
    for (const { observation } of red)
      assert.ok(mail.includes(plain(observation.message)), `${observation.id}: ${observation.message}\n${mail}`);
  });
});
