import { sendAlerts } from '../lib/alerts/send.ts';
import { main } from '../lib/cli/main.ts';
import { post } from '../lib/cycle/post.ts';

main(sendAlerts(post));
