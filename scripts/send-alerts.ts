import { sendAlerts } from '../lib/alerts/send.ts';
import { main } from '../lib/cli/main.ts';
import { sections } from '../lib/config/registry.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { judge } from '../lib/cycle/judge.ts';
import { post } from '../lib/cycle/post.ts';

main(sendAlerts<Configuration>(post, judge, sections));
