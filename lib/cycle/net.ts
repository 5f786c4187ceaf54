// The network of stages that send, loaded only when there is something to send.
import type { Net } from '../contract/net.ts';

export const openNet = async (): Promise<Net> => (await import('../io/net.ts')).makeNet();
