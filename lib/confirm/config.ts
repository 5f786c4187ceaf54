// What the configuration says about who outside is told that the cycle ran.
import * as z from 'zod';
import { secret } from '../contract/quantities.ts';
import { type BeatStyle, beatStyles } from '../core/beat.ts';

export const confirmConfig = {
  heartbeat: z
    .strictObject({
      url: secret.describe('$NAME: from the environment or a credential, never written here'),
      style: z.enum(beatStyles).prefault('healthchecks').describe('what it speaks'),
    })
    .optional()
    .describe('who outside is told that the cycle ran'),
};

export interface ConfirmConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly heartbeat?: { readonly url: string; readonly style: BeatStyle } | undefined;
}
