import { start } from '../lib/cli/command.ts';
import { resume } from '../lib/commands/silence.ts';

start(resume);
