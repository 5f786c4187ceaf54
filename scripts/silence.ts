import { start } from '../lib/cycle/command.ts';
import { silence } from '../lib/cycle/silence.ts';

start(silence);
