import { start } from '../lib/cli/command.ts';
import { pause } from '../lib/commands/silence.ts';

start(pause);
