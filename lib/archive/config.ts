// The configuration of the archive.
import * as z from 'zod';
import { duration } from '../contract/quantities.ts';

export const archiveConfig = {
  archive: z
    .strictObject({
      title: z.string().prefault('Operations monitoring').describe('the `title` attribute of the store'),
      interval: duration('1h', 86_400)
        .prefault('1h')
        .describe('how often the hourly timer appends; at most 1d. The timer decides: change both'),
    })
    .prefault({})
    .describe('the Zarr archive'),
};

export interface ArchiveConfig {
  readonly site: string;
  readonly archive: { readonly title: string; readonly interval: number };
  readonly keep: { readonly backups: number };
}
