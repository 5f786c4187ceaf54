// Draws lines on the whole terminal, and reads its keys. The only file that imports ink: it is loaded by `monitor live` alone.
import { Box, type Key, render, Text, useApp, useInput } from 'ink';

interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

export interface Screen {
  readonly draw: (lines: readonly string[]) => void;
  /** Gives the terminal back as it was while the work runs, then draws everything again. */
  readonly lend: (work: () => void) => void;
  /** Gives the terminal back as it was. */
  readonly close: () => void;
  /** Rejects where drawing failed. */
  readonly closed: Promise<unknown>;
}

type SuspendTerminal = ReturnType<typeof useApp>['suspendTerminal'];

/** `onKey`: keys by name, `up`, `shift-tab`, or the character that was typed. */
export function openScreen({ stdin, stdout }: Terminal, onKey: (name: string) => void): Screen {
  let suspendTerminal: SuspendTerminal | undefined;
  let isLent = false;
  const drawn = { onKey, onReady: (suspend: SuspendTerminal) => (suspendTerminal = suspend) };
  const screenOf = (lines: readonly string[]) => <Lines lines={lines} {...drawn} />;
  const instance = render(screenOf([]), {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Also where a variable of a build server is set: there is a terminal.
    interactive: true,
    maxFps: 20,
  });
  const lend = async (work: () => void): Promise<void> => {
    if (isLent) return;
    isLent = true;
    await suspendTerminal?.(work);
    isLent = false;
  };
  return {
    draw: (lines) => instance.rerender(screenOf(lines)),
    lend: (work) => void lend(work),
    close: () => instance.unmount(),
    closed: instance.waitUntilExit(),
  };
}

interface Drawn {
  readonly lines: readonly string[];
  readonly onKey: (name: string) => void;
  readonly onReady: (suspendTerminal: SuspendTerminal) => void;
}

function Lines({ lines, onKey, onReady }: Drawn) {
  onReady(useApp().suspendTerminal);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name);
  });
  return (
    <Box flexDirection="column">
      {lines.map((line, index) => (
        // An empty text would have no height.
        <Text key={index} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

/** Keys that were pressed in quick succession arrive together. */
function keyNames(input: string, key: Key): readonly string[] {
  const named = [
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.leftArrow, 'left'],
    [key.rightArrow, 'right'],
    [key.pageUp, 'page-up'],
    [key.pageDown, 'page-down'],
    [key.home, 'home'],
    [key.end, 'end'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    [key.tab, key.shift ? 'shift-tab' : 'tab'],
    [key.backspace || key.delete, 'backspace'],
    [key.ctrl, `ctrl-${input}`],
    [key.meta, 'meta'],
  ] as const;
  const found = named.find(([isPressed]) => isPressed);
  return found ? [found[1]] : (input.match(/./gsu) ?? []).map((character) => controls[character] ?? character);
}

/** Among characters that arrived together, such as what was typed while the connection was slow. */
const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007F': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl-c',
};
