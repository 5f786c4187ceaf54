// What `cd PATH && pwd -P && stat -f -c "%S %b %f %a %c %d" .` prints.
import type { FilesystemStat } from '../contract/host.ts';

export function parseStatfs(text: string): { resolved: string; usage: FilesystemStat } {
  // A path may hold a newline; the numbers are the last line.
  const lines = text.trimEnd().split('\n');
  const numbers = lines.pop()?.split(' ').map(Number) ?? [];
  const [block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes] = numbers;
  if (
    numbers.length !== 6 ||
    numbers.some((number) => !Number.isFinite(number)) ||
    block_bytes === undefined ||
    blocks === undefined ||
    free_blocks === undefined ||
    available_blocks === undefined ||
    inodes === undefined ||
    free_inodes === undefined
  ) {
    throw new Error(`stat -f did not print six numbers: ${JSON.stringify(text.slice(0, 120))}`);
  }
  return {
    resolved: lines.join('\n'),
    usage: { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes },
  };
}
