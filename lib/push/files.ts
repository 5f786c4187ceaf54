// Where pushes wait.
import type { Places } from '../contract/file.ts';
import { join } from '../core/path.ts';

/** Pushes that wait to be accepted; undeliverable ones are in its subfolder `dead`. */
export const pushFolder = ({ state }: Places): string => join(state, 'push', 'outbox');
