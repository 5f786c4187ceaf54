import { start } from '../lib/cycle/command.ts';
import { recordHost } from '../lib/cycle/record-host.ts';

start(recordHost);
