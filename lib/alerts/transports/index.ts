// In the order in which `auto` tries them.
import type { Transport } from '../../contract/transport.ts';
import { mailx } from './mailx.ts';
import { sendmail } from './sendmail.ts';
import { smtp } from './smtp.ts';

export const transports: readonly Transport[] = [mailx, sendmail, smtp];
