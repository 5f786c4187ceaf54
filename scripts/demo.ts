import { start } from '../lib/cycle/command.ts';
import { demo } from '../lib/cycle/demo.ts';

start(demo);
