// watch-services killed with SIGKILL at random moments: its files are whole, and no service is restarted twice because of a kill.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Alert, Latest, RestartLine, WatchdogState } from '../../lib/watchdog/files.ts';
import { killAtRandom } from '../killing.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const linesOf = (path: string): string[] => (existsSync(path) ? readText(path).trimEnd().split('\n') : []);

describe('watch-services, killed', () => {
  test('at random moments', async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, 'config.yaml');
    const calls = join(folder, 'calls');
    const env = environmentIn(folder);
    const argv = [process.execPath, join(root, 'dist', 'watch-services.cjs'), '--config', config];

    // Every round has a site of its own: an attempt is due in each.
    const stateOf = (round: number): string => join(folder, `state-${round}`);
    const prepare = (round: number): void =>
      writeFileSync(
        config,
        `files: { state: ${stateOf(round)} }
watchdog:
  services:
    api:
      pid-file: ${folder}/api.pid
      hold: 0s
      restart: { with: [sh, -c, "echo ${round} >> ${calls}; sleep 0.1"], cooldown: 1h, per-day: 24 }
`,
      );

    let triedAndKilled = 0;
    const verify = async (when: string, { round, isKilled }: { round: number; isKilled: boolean }): Promise<void> => {
      const state = stateOf(round);
      const monitoring = join(state, 'monitoring');
      const check = (): RestartLine[] => {
        const [latest, log] = ['latest.json', 'restarts.jsonl'].map((name) => join(monitoring, 'watchdog', name)) as [
          string,
          string,
        ];
        if (existsSync(latest)) assert.equal((JSON.parse(readText(latest)) as Latest).alerts.length, 1, when);
        const alerts = join(monitoring, 'alerts', 'watchdog');
        const names = existsSync(alerts) ? readdirSync(alerts).filter((name) => name.endsWith('.json')) : [];
        for (const name of names)
          assert.equal((JSON.parse(readText(join(alerts, name))) as Alert).service, 'api', when);
        assert.ok(names.length <= 1, `${when}: ${names.join(' ')}`);
        const stateFile = join(folder, 'run', 'watchdog', state, 'watchdog_state.json');
        const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
          (name) => name.endsWith('watchdog_state.json') && name.includes(`state-${round}/`),
        );
        for (const name of found)
          assert.ok((JSON.parse(readText(join(folder, name))) as WatchdogState).tracks, `${when}: ${stateFile}`);
        return linesOf(log).map((line) => JSON.parse(line) as RestartLine);
      };

      const tries = check().filter(({ event }) => event === 'tries').length;
      const called = (): number => linesOf(calls).filter((line) => line === String(round)).length;
      assert.ok(tries <= 1, when);
      assert.ok(called() <= tries, `${when}: an attempt is in the log before it is made`);
      if (isKilled) triedAndKilled += tries;

      // The next run knows of the attempt, even where the runtime folder was lost, and makes none if there was one.
      if (round % 2 === 0) rmSync(join(folder, 'run'), { recursive: true, force: true });
      const next = await runBeside(argv, env);
      assert.equal(next.status, 0, `${when}: ${next.stderr}`);
      const lines = check();
      assert.equal(lines.filter(({ event }) => event === 'tries').length, 1, when);
      assert.ok(called() <= 1, when);
      assert.equal(called() === 1 || tries === 1, true, when);
      const textfile = readText(join(state, 'textfiles', 'watchdog.prom'));
      const attempts = [...textfile.matchAll(/^ops_watchdog_restart_attempts_total\{.*\} (\d)$/gm)].map((match) =>
        Number(match[1]),
      );
      assert.equal(
        attempts.reduce((sum, count) => sum + count, 0),
        1,
        `${when}: ${textfile}`,
      );
    };
    const killed = await killAtRandom(t, argv, env, verify, { most: 50, prepare });
    assert.ok(triedAndKilled >= killed / 12, `only ${triedAndKilled} attempts were begun by runs that were killed`);
    t.diagnostic(`${triedAndKilled} kills after the beginning of an attempt`);
  });
});
