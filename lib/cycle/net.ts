// What a stage that speaks to others is handed: loaded when it has something to say.
import type { Net } from '../contract/net.ts';

export const openNet = async (): Promise<Net> => (await import('../io/net.ts')).makeNet();
