import { start } from '../lib/cli/command.ts';
import { initCommand } from '../lib/commands/init.ts';

start(initCommand);
