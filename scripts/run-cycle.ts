import { runCycle } from '../lib/cycle/cycle.ts';
import { start } from '../lib/cycle/command.ts';

start(runCycle);
