// The configuration of the heartbeat that tells an outside watchdog that the cycle ran.
import * as z from 'zod';
import { secret } from '../contract/quantities.ts';
import { type BeatStyle, beatStyles } from '../core/beat.ts';

export const confirmConfig = {
  heartbeat: z
    .strictObject({
      url: secret.describe('the URL, as $NAME of an environment variable or credential'),
      style: z.enum(beatStyles).prefault('healthchecks').describe('protocol of the watchdog'),
    })
    .optional()
    .describe('pings a watchdog at the end of every cycle; the watchdog alerts you if the pings stop'),
};

export interface ConfirmConfig {
  readonly site: string;
  /** Seconds between two cycles. */
  readonly interval: number;
  readonly heartbeat?: { readonly url: string; readonly style: BeatStyle } | undefined;
}
