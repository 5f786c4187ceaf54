// Writes a store from its beginning, chunk by chunk, in memory bounded by one chunk of each variable. Until its root is
// written, last of all, it is no store.
import { join } from 'node:path';
import type { StoreFiles } from '../contract/store.ts';
import type { Variable } from './flatten.ts';
import { arrayText, axis, chunkLength, type Metadata, rootText } from './layout.ts';
import { bytesOf, chunkPath, type Column, columns, type Row, setValue } from './store.ts';

export interface BuilderRow extends Row {
  readonly variables: ReadonlyMap<string, Variable>;
}

interface Filling {
  variable: Variable;
  column: Column;
  /** Whether there is anything in the chunk: one without is not written, and reads as missing values. */
  touched: boolean;
}

export class Builder {
  #length = 0;
  readonly #filling = new Map<string, Filling>();
  #times = columns.int64(chunkLength);
  /** Variables whose type changed on the way: what they were before is not in this store. */
  readonly changedType = new Set<string>();
  readonly #files: StoreFiles;
  readonly #path: string;

  constructor(files: StoreFiles, path: string) {
    this.#files = files;
    this.#path = path;
  }

  add({ time, values, variables }: BuilderRow): void {
    const at = this.#length % chunkLength;
    setValue(this.#times, at, time);
    for (const [name, variable] of variables) {
      const filling = this.#fillingOf(name, variable);
      setValue(filling.column, at, values.get(name));
      filling.touched = true;
    }
    this.#length += 1;
    if (this.#length % chunkLength === 0) this.#flush();
  }

  #fillingOf(name: string, variable: Variable): Filling {
    const known = this.#filling.get(name);
    if (known?.variable.type === variable.type) {
      // The newest words are the ones that count: a schema may have learned better ones.
      known.variable = variable;
      return known;
    }
    if (known) {
      this.changedType.add(name);
      this.#files.remove(join(this.#path, name));
    }
    const made = { variable, column: columns[variable.type](chunkLength), touched: false };
    this.#filling.set(name, made);
    return made;
  }

  #flush(): void {
    const chunk = Math.ceil(this.#length / chunkLength) - 1;
    this.#files.write(chunkPath(this.#path, axis, chunk), bytesOf(this.#times));
    this.#times = columns.int64(chunkLength);
    for (const [name, filling] of this.#filling) {
      if (!filling.touched) continue;
      this.#files.write(chunkPath(this.#path, name, chunk), bytesOf(filling.column));
      filling.column.fill(missing[filling.variable.type] as never);
      filling.touched = false;
    }
  }

  /** After this it is a store, and on the disk. */
  finish(attributes: Metadata['attributes'], scratch: string): Metadata {
    if (this.#length % chunkLength !== 0) this.#flush();
    const variables = new Map([...this.#filling].map(([name, { variable }]) => [name, variable]));
    const metadata: Metadata = { attributes, length: this.#length, variables };
    for (const [name, variable] of [[axis, undefined] as const, ...variables]) {
      this.#files.write(join(this.#path, name, 'zarr.json'), arrayText(variable, this.#length));
    }
    this.#files.sync(this.#path);
    this.#files.put(join(this.#path, 'zarr.json'), rootText(metadata), scratch, { durable: true });
    return metadata;
  }
}

const missing = { float64: Number.NaN, int8: -1 };
