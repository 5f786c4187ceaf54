import { start } from '../lib/cycle/command.ts';
import { rehearse } from '../lib/cycle/rehearse.ts';

start(rehearse);
