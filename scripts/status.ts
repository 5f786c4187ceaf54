import { start } from '../lib/cli/command.ts';
import { statusCommand } from '../lib/commands/status.ts';

start(statusCommand);
