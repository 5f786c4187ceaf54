import { start } from '../lib/cli/command.ts';
import { checkConfig } from '../lib/commands/check-config.ts';

start(checkConfig);
