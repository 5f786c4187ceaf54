import { archiveCommands } from '../lib/commands/archive.ts';
import { dispatch } from '../lib/cli/dispatch.ts';

dispatch(archiveCommands);
