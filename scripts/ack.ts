import { start } from '../lib/cli/command.ts';
import { acknowledge } from '../lib/commands/silence.ts';

start(acknowledge);
