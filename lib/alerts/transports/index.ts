// Mail transports in the order in which `auto` tries them, and the constructor of a webhook transport.
import type { Transport } from '../../contract/mail.ts';
import { mailx } from './mailx.ts';
import { sendmail } from './sendmail.ts';
import { smtp } from './smtp.ts';
import { webhook } from './webhook.ts';

export const transports = { mail: [mailx, sendmail, smtp] as readonly Transport[], webhook };
