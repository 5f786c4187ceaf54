import { start } from '../lib/cli/command.ts';
import { demo } from '../lib/demo/demo.ts';

start(demo);
