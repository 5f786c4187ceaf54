import { start } from '../lib/cli/command.ts';
import { recordHost } from '../lib/commands/record-host.ts';

start(recordHost);
