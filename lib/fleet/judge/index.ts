// The judgements of a fleet, in the order of its documentation.
import type { AnyCheck } from '../../contract/check.ts';
import type { Judgement } from '../define.ts';
import { memory } from './memory.ts';
import { nodeReachedJudgement } from './node-reached.ts';
import { rqliteLeader } from './rqlite-leader.ts';

export const judgements = [nodeReachedJudgement, rqliteLeader, memory] as const satisfies readonly (AnyCheck &
  Pick<Judgement, 'subsystem' | 'advice' | 'amber'>)[];
