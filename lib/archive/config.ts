// What the configuration says about the archive.
import * as z from 'zod';
import { planned } from '../contract/quantities.ts';

export const archiveConfig = {
  archive: z
    .strictObject({ title: z.string().prefault('Operations monitoring').describe('the title attribute of the store') })
    .prefault({})
    .describe('the Zarr archive')
    .meta(planned),
};
