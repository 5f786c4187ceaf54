// A folder of artifacts with a subfolder for each run. A run's subfolder appears whole, at its end; `latest` then leads to it.

interface RunFolder {
  /** Path of the subfolder while the run goes on. Files in it need no care: nobody reads them yet. */
  readonly path: string;
  readonly write: (name: string, text: string) => void;
  /** Shows the subfolder under its name, points `latest` to it, and removes the oldest beyond `keep`. Returns its path. */
  readonly publish: () => string;
}

/** `id` names the run and sorts by time. */
export type OpenRunFolder = (base: string, id: string, keep: number) => RunFolder;
