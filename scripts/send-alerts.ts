import type { Configuration } from '../lib/config/schema.ts';
import { sendAlerts } from '../lib/alerts/send.ts';
import { main } from '../lib/cli/main.ts';
import { post } from '../lib/cycle/post.ts';
import { judgeSite } from '../lib/health/judge.ts';

main(sendAlerts<Configuration>(post, judgeSite));
