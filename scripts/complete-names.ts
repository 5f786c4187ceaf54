import { start } from '../lib/cli/command.ts';
import { completeNames } from '../lib/commands/complete-names.ts';

start(completeNames);
