import { start } from '../lib/cli/command.ts';
import { silence } from '../lib/commands/silence.ts';

start(silence);
