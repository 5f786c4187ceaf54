// The configuration of the heartbeat that tells an outside watchdog that the cycle ran.
import * as z from 'zod';
import { secret } from '../contract/quantities.ts';
import { type BeatStyle, beatStyles } from '../core/beat.ts';

export const confirmConfig = {
  heartbeat: z
    .strictObject({
      url: secret.describe('$NAME: from the environment or a credential, never written here'),
      style: z.enum(beatStyles).prefault('healthchecks').describe('the kind of watchdog, which decides the protocol'),
    })
    .optional()
    .describe('pings an outside watchdog each cycle; it alerts you if the pings stop'),
};

export interface ConfirmConfig {
  readonly site: string;
  /** Seconds between two cycles. */
  readonly interval: number;
  readonly heartbeat?: { readonly url: string; readonly style: BeatStyle } | undefined;
}
