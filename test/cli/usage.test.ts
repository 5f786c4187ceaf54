// Command lines and configurations that are refused: the installed bundles leave nothing behind.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

const gate = 'gate-runs: { a: { folder: $, phases: { one: { command: [touch, $/ran] } } } }';
const boot = 'boot: { components: { a: { start: [touch, $/ran], ready: { command: [touch, $/ran] } } } }';

describe('cli/usage', () => {
  test('a stage that is refused (exit code 2) leaves no lock, no record and no state, and starts nothing', (t) => {
    const cases: [configuration: string, stage: string, argv: string[], says: RegExp][] = [
      ['', 'run-boot', [], /has no `boot`/],
      [boot, 'run-boot', ['--push'], /no Pushgateway is named/],
      ['', 'run-gate', ['a'], /has no gate/],
      [gate, 'run-gate', ['b'], /there is no gate b/],
      [gate, 'run-gate', ['a', '--push'], /no Pushgateway is named/],
      ['', 'run-rehearsal', [], /has no `rehearsal`/],
      ['rehearsal: { connectors: { a: { tcp: "127.0.0.1:1" } } }', 'run-rehearsal', ['--push'], /no Pushgateway/],
      ['rehearsal: { archive: $/state/monitoring/stage_b/a.tgz, connectors: { a: { tcp: "127.0.0.1:1" } } }', 'run-rehearsal', ['--pipeline'], /which it archives/],
      ['', 'test-metrics', [], /no report was named/],
      ['test-results: { a: $/a.xml }', 'test-metrics', ['--suite', 'a'], /--suite names the suite/],
      ['test-results: { a: $/a.xml }', 'test-metrics', ['--push'], /no Pushgateway is named/],
      ['', 'watch-services', [], /no service was named/],
      ['', 'push-metrics', [], /name the file to push/],
      ['', 'assess-health', ['--at', 'noon'], /--at "noon" is not a time/],
      ['', 'outbox', ['drop', 'x'], /there is no mail x/],
      ['', 'outbox', ['retry', 'x'], /there is no mail x/],
    ]; // prettier-ignore
    for (const [configuration, stage, argv, says] of cases) {
      const folder = temporaryFolder(t);
      const config = join(folder, 'config.yaml');
      writeFileSync(config, `files: { state: ${folder}/state }\n${configuration.replaceAll('$', folder)}\n`);
      const { status, stderr } = runBundle(stage, [...argv, '--config', config], environmentIn(folder));
      assert.match(stderr, says, `${stage} ${argv.join(' ')}`);
      assert.equal(status, 2, stderr);
      for (const left of ['state', 'ran']) assert.ok(!existsSync(join(folder, left)), `${stage} left ${left}`);
    }
    assert.ok(cases.length >= 16);
  });
});
