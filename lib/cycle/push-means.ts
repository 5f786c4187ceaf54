// Input and output of pushes, for the scripts of the stages that push.
import { lockStage } from '../cli/stage.ts';
import { openSpool } from '../io/spool.ts';
import type { PushMeans } from '../push/send.ts';
import { openNet } from './net.ts';

export const pushMeans: PushMeans = {
  net: openNet,
  spool: openSpool,
  lock: (places) => lockStage({ name: 'push-metrics', deadlineMs: 150_000 }, places),
};
