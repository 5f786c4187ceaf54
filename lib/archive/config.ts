// What the configuration says about the archive.
import * as z from 'zod';

export const archiveConfig = {
  archive: z
    .strictObject({ title: z.string().prefault('Operations monitoring').describe('the title attribute of the store') })
    .prefault({})
    .describe('the Zarr archive'),
};

export interface ArchiveConfig {
  readonly site: string;
  readonly archive: { readonly title: string };
  readonly keep: { readonly backups: number };
}
