// Parses the output of `cd PATH && pwd -P && stat -f -c "%S %b %f %a %c %d" .`.
import type { FilesystemStat } from '../contract/host.ts';

export function parseStatfs(text: string): { resolved: string; usage: FilesystemStat } {
  // A path may contain a newline; the numbers are the last line.
  const match = /^(\/[^]*)\n(\d+) (\d+) (\d+) (\d+) (\d+) (\d+)\n?$/.exec(text);
  if (!match) throw new Error(`stat -f did not print a path and six numbers: ${JSON.stringify(text.slice(0, 120))}`);
  const [, resolved = '', ...numbers] = match;
  const [block_bytes = 0, blocks = 0, free_blocks = 0, available_blocks = 0, inodes = 0, free_inodes = 0] =
    numbers.map(Number);
  return { resolved, usage: { block_bytes, blocks, free_blocks, available_blocks, inodes, free_inodes } };
}
