import { start } from '../lib/cycle/command.ts';
import { checkConfig } from '../lib/cycle/check-config.ts';

start(checkConfig);
