// A table of files in little memory: a million files take some 80 MB with their paths, and 25 MB without. It consists of
// numbers and bytes only, because strings that live for some time make the garbage collector take several times their size.

export interface FileTable {
  readonly count: () => number;
  /** Adds a file; a path that is there already gets the new size and time. */
  readonly add: (path: string, bytes: number, modifiedMs: number) => void;
  /** The row of the path with this key; -1 where there is none. */
  readonly rowOf: (key: number) => number;
  readonly keyAt: (row: number) => number;
  readonly bytesAt: (row: number) => number;
  readonly modifiedMsAt: (row: number) => number;
  /** Empty in a table without paths. */
  readonly pathAt: (row: number) => string;
}

/** Rows are found by a hash of the path. Without `hasPaths` the paths themselves are not kept. */
export function fileTable({ hasPaths }: { readonly hasPaths: boolean }): FileTable {
  let count = 0;
  let capacity = 64;
  let [keys, sizes, times] = [new Float64Array(capacity), new Float64Array(capacity), new Float64Array(capacity)];
  /** Offset at which the path of a row begins. */
  let starts = new Uint32Array(hasPaths ? capacity : 0);
  const paths = textStore();
  /** Open addressing: each slot holds a row plus one, or zero. At least half of the slots are free. */
  let slots = new Int32Array(2 * capacity);

  /** The slot of this key, or the free slot where it belongs. */
  const slotOf = (key: number): number => {
    const last = slots.length - 1;
    let slot = key & last;
    while (slots[slot] !== 0 && keys[slots[slot]! - 1] !== key) slot = (slot + 1) & last;
    return slot;
  };
  const grow = (): void => {
    capacity *= 2;
    keys = enlarged(keys, new Float64Array(capacity));
    sizes = enlarged(sizes, new Float64Array(capacity));
    times = enlarged(times, new Float64Array(capacity));
    if (hasPaths) starts = enlarged(starts, new Uint32Array(capacity));
    slots = new Int32Array(2 * capacity);
    for (let row = 0; row < count; row++) slots[slotOf(keys[row]!)] = row + 1;
  };

  return {
    count: () => count,
    add(path, bytes, modifiedMs) {
      const key = hashOf(path);
      let slot = slotOf(key);
      const isNew = slots[slot] === 0;
      if (isNew && count === capacity) {
        grow();
        slot = slotOf(key);
      }
      const row = isNew ? count : slots[slot]! - 1;
      sizes[row] = bytes;
      times[row] = modifiedMs;
      if (!isNew) return;
      keys[row] = key;
      slots[slot] = row + 1;
      if (hasPaths) starts[row] = paths.append(path);
      count += 1;
    },
    rowOf: (key) => slots[slotOf(key)]! - 1,
    keyAt: (row) => keys[row]!,
    bytesAt: (row) => sizes[row]!,
    modifiedMsAt: (row) => times[row]!,
    pathAt: (row) => (hasPaths ? paths.at(starts[row]!) : ''),
  };
}

function enlarged<Column extends Float64Array | Uint32Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}

/** Small enough that a table of a few files costs little, and larger than the longest path. */
const blockBytes = 2 ** 16;

/** Texts as UTF-8 with a zero at the end of each. */
function textStore() {
  const blocks: Buffer[] = [];
  let used = blockBytes;
  return {
    /** The number of the byte where the text begins. */
    append(text: string): number {
      if (used + 3 * text.length + 1 > blockBytes) {
        blocks.push(Buffer.alloc(blockBytes));
        used = 0;
      }
      const start = (blocks.length - 1) * blockBytes + used;
      used += blocks.at(-1)!.write(text, used) + 1;
      return start;
    },
    at(start: number): string {
      const block = blocks[Math.floor(start / blockBytes)]!;
      const begin = start % blockBytes;
      return block.toString('utf8', begin, block.indexOf(0, begin));
    },
  };
}

/** 53 bits: that two of a million paths have the same hash is as likely as one in 18,000. */
function hashOf(text: string): number {
  let one = 0x11c9dc5;
  let other = 0x50c5d1f;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other + code, 0x2c1b3c6d) ^ (other >>> 15);
  }
  one = Math.imul(one ^ (one >>> 16), 0x45d9f3b);
  return (other >>> 11) * 0x1_0000_0000 + ((one ^ (one >>> 15)) >>> 0);
}
