// A table of files in little memory: a million files in some 70 MB with their paths, in some 30 MB without.

export interface FileTable {
  readonly count: () => number;
  /** Adds a file; a path that is there already gets the new size and time. */
  readonly add: (path: string, bytes: number, modifiedMs: number) => void;
  /** The row of the path with this key; -1 where there is none. */
  readonly rowOf: (key: number) => number;
  readonly keyAt: (row: number) => number;
  readonly bytesAt: (row: number) => number;
  readonly modifiedMsAt: (row: number) => number;
  /** Throws for a table without paths. */
  readonly pathAt: (row: number) => string;
}

/** Paths are joined in blocks, because each string by itself costs more than its characters. */
const blockSize = 256;

/** Rows are found by a hash of the path. Without `hasPaths` the paths themselves are not kept. */
export function fileTable({ hasPaths }: { readonly hasPaths: boolean }): FileTable {
  let count = 0;
  let [keys, bytes, modified] = [new Float64Array(64), new Float64Array(64), new Float64Array(64)];
  /** Open addressing: each slot holds a row plus one, or zero. At least half of the slots are free. */
  let slots = new Int32Array(256);
  const blocks: string[] = [];
  let block: string[] = [];

  /** The slot of this key, or the free slot where it belongs. */
  const slotOf = (key: number): number => {
    const last = slots.length - 1;
    let slot = key & last;
    while (slots[slot] !== 0 && keys[slots[slot]! - 1] !== key) slot = (slot + 1) & last;
    return slot;
  };
  const grow = (): void => {
    const doubled = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(column.length * 2);
      larger.set(column);
      return larger;
    };
    [keys, bytes, modified] = [doubled(keys), doubled(bytes), doubled(modified)];
    slots = new Int32Array(keys.length * 4);
    for (let row = 0; row < count; row++) slots[slotOf(keys[row]!)] = row + 1;
  };

  return {
    count: () => count,
    add(path, size, modifiedMs) {
      const key = hashOf(path);
      const slot = slotOf(key);
      const row = slots[slot] === 0 ? count : slots[slot]! - 1;
      bytes[row] = size;
      modified[row] = modifiedMs;
      if (row < count) return;
      keys[row] = key;
      slots[slot] = row + 1;
      count += 1;
      if (hasPaths && block.push(path) === blockSize) {
        blocks.push(block.join('\0'));
        block = [];
      }
      if (count === keys.length) grow();
    },
    rowOf: (key) => slots[slotOf(key)]! - 1,
    keyAt: (row) => keys[row]!,
    bytesAt: (row) => bytes[row]!,
    modifiedMsAt: (row) => modified[row]!,
    pathAt(row) {
      if (!hasPaths) throw new Error('this table keeps no paths');
      const paths = blocks[Math.floor(row / blockSize)]?.split('\0') ?? block;
      return paths[row % blockSize] ?? '';
    },
  };
}

/** 53 bits: among a million paths, two with the same hash are as likely as one in 18,000. */
function hashOf(text: string): number {
  let [one, other] = [0x811c9dc5, 0x050c5d1f];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other + code, 0x2c1b3c6d) ^ (other >>> 15);
  }
  one = Math.imul(one ^ (one >>> 16), 0x45d9f3b);
  return (other >>> 11) * 0x1_0000_0000 + ((one ^ (one >>> 15)) >>> 0);
}
