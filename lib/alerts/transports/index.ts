// Mail, in the order in which `auto` tries it; and a webhook, made of what the configuration says of it.
import type { Transport } from '../../contract/mail.ts';
import { mailx } from './mailx.ts';
import { sendmail } from './sendmail.ts';
import { smtp } from './smtp.ts';
import { webhook } from './webhook.ts';

export const transports = { mail: [mailx, sendmail, smtp] as readonly Transport[], webhook };
