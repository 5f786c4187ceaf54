import { start } from '../lib/cli/command.ts';
import { rehearse } from '../lib/commands/rehearse.ts';

start(rehearse);
