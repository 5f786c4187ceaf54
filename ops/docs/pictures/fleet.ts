// Draws the pictures of fleet.md again: `monitor` and `monitor live` in a terminal of tmux, over nodes that are files. Needs tmux and a
// build: node --import tsx ops/docs/pictures/fleet.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFakeSsh } from '../../../test/fleet/fake-ssh.ts';
import { nodesWith } from '../../../test/fleet/fleet.ts';
import { root } from '../../../test/process.ts';

const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-pictures-'));
const socket = join(folder, 'tmux');
try {
  const ssh = makeFakeSsh(folder);
  const answers = nodesWith(5, {
    node2: { system: { mem_use_pct: 94, mem_available_mb: 476 }, services: { services: [{ name: 'site-gateway.service', active_state: 'failed', sub_state: 'failed', restart_loop_risk: false }] } },
    node4: new Error('it refuses the connection'),
  });
  for (const [name, answer] of Object.entries(answers))
    // The reports are of now: their clocks are compared.
    if (typeof answer === 'string') ssh.setReport(name, JSON.stringify({ ...(JSON.parse(answer) as object), timestamp: new Date().toISOString() }));
  const nodes = Object.fromEntries(Object.keys(answers).map((name, index) => [name, { role: index < 2 ? `nameserver-ns${index + 1}` : 'node' }]));
  const config = join(folder, 'fleet.yaml');
  writeFileSync(config, JSON.stringify({ fleet: { environments: { devnet: { nodes } } } }));
  const env = { ...process.env, PATH: `${ssh.bin}:${process.env['PATH']}`, HOME: folder, XDG_CACHE_HOME: folder, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' };
  const tmux = (...argv: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync('tmux', ['-S', socket, '-f', '/dev/null', ...argv], { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`tmux ${argv.join(' ')}: ${stderr}`);
    return stdout;
  };
  const draw = (name: string): void => {
    const input = tmux('capture-pane', '-pe');
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(here, 'terminal.ts'), join(here, `${name}.svg`)], { input, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  tmux('new-session', '-d', '-x', '110', '-y', '34', 'env PS1="$ " bash --norc -i');
  const run = async (words: string): Promise<void> => {
    tmux('send-keys', `clear; ${process.execPath} ${join(root, 'dist', 'ops-monitor.cjs')} monitor ${words} --env devnet --config ${config}`, 'Enter');
    await sleep(4000);
  };
  await run('cluster');
  draw('fleet-cluster');
  await run('live');
  draw('fleet-live');
  tmux('send-keys', 'q');
  await sleep(1000);
  tmux('kill-server');
} finally {
  rmSync(folder, { recursive: true, maxRetries: 5, retryDelay: 200 });
}
