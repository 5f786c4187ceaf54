import { start } from '../lib/cycle/command.ts';
import { explainCommand } from '../lib/cycle/explain.ts';

start(explainCommand);
