import { filesystem, ok, workspace } from '../../health/seen.ts';
import type { PolicyCase } from './case.ts';

export const disk = (used_percent: number) => ({ filesystems: ok({ data: ok(filesystem({ used_percent })) }) });
const quota = (seen: Parameters<typeof workspace>[0]) => ({ workspace: ok(workspace(seen)) });

export const storage: readonly PolicyCase[] = [
  ['storage', disk(79.99), 'clear', 'data'],
  ['storage', disk(80), 'firing', 'data'],
  ['storage', disk(80.01), 'firing', 'data'],
  ['storage', quota({ used_percent: 80 }), 'firing', 'workspace'],
  ['storage', quota({ used_percent: 79.99 }), 'clear', 'workspace'],
  ['storage', quota({}), 'unknown', 'workspace'],
];
