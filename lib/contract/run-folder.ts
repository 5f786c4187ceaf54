// A folder of artifacts with a subfolder for each run. A run's subfolder appears whole, at its end; `latest` then leads to it.

interface RunFolder {
  /** Path of the subfolder while the run goes on. Files in it need no care: nobody reads them yet. */
  readonly path: string;
  readonly write: (name: string, text: string) => void;
  /** Shows the subfolder under its name, points `latest` to it, and removes the oldest beyond `keep`. Returns its path. */
  readonly publish: () => string;
}

/** `id`, of `runFolderId`, names the run. `runs` is the folder in `base` that holds the runs; '' where they lie beside `latest`. */
export type OpenRunFolder = (base: string, id: string, keep: number, runs?: string) => RunFolder;

/** `20261121T143000.000Z`: sorts by time. */
export const runFolderId = (started: Date): string => started.toISOString().replaceAll(/[-:]/g, '');

export const isRunFolderId = (name: string): boolean => /^[+-]?\d+T\d{6}\.\d{3}Z$/.test(name);
