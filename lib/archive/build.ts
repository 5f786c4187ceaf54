// Writes a new store chunk by chunk, in memory bounded by one chunk of each variable. The root metadata is written last:
// until then no reader sees a store.
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import type { Variable } from './flatten.ts';
import { arraysOf, arrayText, axis, chunkLength, emptyKey, emptyText, type Metadata, rootText } from './layout.ts';
import { bytesOf, chunkPath, type Column, columns, missing, setValue } from './store.ts';

/** Some values of one sample, with the variables they belong to. */
export interface Part {
  /** Pass the same map object again for the next sample: its lookup is cached by identity. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** In the order of `variables`. */
  readonly values: ArrayLike<number>;
}

interface Filling {
  variable: Variable;
  column: Exclude<Column, BigInt64Array>;
  /** Whether the chunk holds any value: an empty chunk is not written, and reads as missing values. */
  touched: boolean;
}

export class Builder {
  #length = 0;
  readonly #filling = new Map<string, Filling>();
  #known = new WeakMap<Part['variables'], readonly Filling[]>();
  /** Variables without a value in the chunk written last. */
  #empty: string[] = [];
  #times = columns.int64(chunkLength);
  /** Variables whose type changed during the build: their values before the change are not in this store. */
  readonly changedType = new Set<string>();
  readonly #files: StoreFiles;
  readonly #path: string;

  constructor(files: StoreFiles, path: string) {
    this.#files = files;
    this.#path = path;
  }

  /** Call in order of time. No two parts of one sample may share a variable name. */
  add(time: number, parts: readonly Part[]): void {
    const at = this.#length % chunkLength;
    setValue(this.#times, at, time);
    for (const { variables, values } of parts) {
      const fillings = this.#fillingsOf(variables);
      for (let index = 0; index < fillings.length; index++) {
        const filling = fillings[index] as Filling;
        filling.column[at] = values[index] as number;
        filling.touched = true;
      }
    }
    this.#length += 1;
    if (this.#length % chunkLength === 0) this.#flush();
  }

  #fillingsOf(variables: Part['variables']): readonly Filling[] {
    const known = this.#known.get(variables);
    if (known) return known;
    const found = [...variables].map(([name, variable]) => this.#fillingOf(name, variable));
    this.#known.set(variables, found);
    return found;
  }

  #fillingOf(name: string, variable: Variable): Filling {
    const known = this.#filling.get(name);
    if (known?.variable.type === variable.type) {
      // The newest attributes win: a schema may have got a better long name.
      if (known.variable !== variable) this.#known = new WeakMap();
      known.variable = variable;
      return known;
    }
    if (known) {
      this.changedType.add(name);
      this.#known = new WeakMap();
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
    this.#empty = [];
    for (const [name, filling] of this.#filling) {
      if (!filling.touched) {
        this.#empty.push(name);
        continue;
      }
      this.#files.write(chunkPath(this.#path, name, chunk), bytesOf(filling.column));
      filling.column.fill(missing[filling.variable.type]);
      filling.touched = false;
    }
  }

  /** Writes the metadata and syncs: afterwards the folder is a complete store. */
  finish(attributes: Metadata['attributes'], scratch: string): Metadata {
    if (this.#length % chunkLength !== 0) this.#flush();
    const variables = new Map([...this.#filling].map(([name, { variable }]) => [name, variable]));
    const own = { ...attributes, [emptyKey]: emptyText(this.#length, this.#empty) };
    const metadata: Metadata = { attributes: own, length: this.#length, variables };
    for (const [name, variable] of arraysOf(variables)) {
      this.#files.write(join(this.#path, name, 'zarr.json'), arrayText(variable, this.#length));
    }
    this.#files.sync(this.#path);
    this.#files.put(join(this.#path, 'zarr.json'), rootText(metadata), scratch, { durable: true });
    return metadata;
  }
}
