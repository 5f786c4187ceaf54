import { archiveCommands } from '../lib/cycle/archive.ts';
import { startOneOf } from '../lib/cycle/group.ts';

startOneOf(archiveCommands);
