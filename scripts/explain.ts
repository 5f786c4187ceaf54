import { start } from '../lib/cli/command.ts';
import { explainCommand } from '../lib/commands/explain.ts';

start(explainCommand);
