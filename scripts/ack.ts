import { start } from '../lib/cycle/command.ts';
import { acknowledge } from '../lib/cycle/silence.ts';

start(acknowledge);
