import { runCycle } from '../lib/commands/run-cycle.ts';
import { start } from '../lib/cli/command.ts';

start(runCycle);
