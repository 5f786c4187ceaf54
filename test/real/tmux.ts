// A terminal of tmux: what a person sees and types.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runProcess } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

export interface Pane {
  /** Keys by tmux's names for them: `Tab`, `BTab`, `C-c`; other words are typed. */
  readonly type: (...keys: readonly string[]) => void;
  readonly lines: () => readonly string[];
  /** With colour codes. */
  readonly coloured: () => string;
  /** Waits until the screen matches. */
  readonly shows: (pattern: RegExp) => Promise<void>;
  readonly resize: (columns: number, rows: number) => void;
  /** As tmux's formats say: `alternate_on`, `cursor_flag`. */
  readonly asks: (variable: string) => string;
  /** What a command prints that the shell in the terminal runs. */
  readonly says: (command: string) => Promise<string>;
}

/** A shell that obeys job control, in a terminal of this size. */
export function openTerminal(t: TestContext, env: NodeJS.ProcessEnv, columns = 80, rows = 24): Pane {
  // First, because afterwards the socket is gone.
  t.after(() => tmux('kill-server'));
  const folder = temporaryFolder(t);
  const tmux = (...argv: readonly string[]): string => {
    const { status, stdout, stderr } = runProcess(['tmux', '-S', join(folder, 'socket'), '-f', '/dev/null', ...argv], {
      ...env,
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm-256color',
    });
    if (status !== 0) throw new Error(`tmux ${argv.join(' ')}: ${stderr}`);
    return stdout;
  };
  tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    '-s',
    'test',
    'env PS1="ready> " bash --norc -i',
  );
  const type: Pane['type'] = (...keys) => void tmux('send-keys', '-t', 'test', ...keys);
  const lines: Pane['lines'] = () => tmux('capture-pane', '-p', '-t', 'test').split('\n').slice(0, -1);
  let asked = 0;
  return {
    type,
    lines,
    coloured: () => tmux('capture-pane', '-pe', '-t', 'test'),
    shows: async (pattern) => {
      await until(() => pattern.test(lines().join('\n'))).catch((error: unknown) => {
        throw new Error(`${String(pattern)} did not appear:\n${lines().join('\n')}`, { cause: error });
      });
    },
    resize: (width, height) => void tmux('resize-window', '-t', 'test', '-x', String(width), '-y', String(height)),
    asks: (variable) => tmux('display-message', '-p', '-t', 'test', `#{${variable}}`).trim(),
    says: async (command) => {
      const file = join(folder, `said-${(asked += 1)}`);
      type(`${command} > ${file}.new 2>&1; mv ${file}.new ${file}`, 'Enter');
      await until(() => readIfDone(file) !== undefined);
      return readIfDone(file) ?? '';
    },
  };
}

function readIfDone(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    return undefined;
  }
}
