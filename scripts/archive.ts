import { archiveCommands } from '../lib/commands/archive.ts';
import { startOneOf } from '../lib/cli/group.ts';

startOneOf(archiveCommands);
