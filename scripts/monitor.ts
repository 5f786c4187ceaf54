import { dispatch } from '../lib/cli/dispatch.ts';
import { monitorCommands } from '../lib/commands/monitor.ts';

dispatch(monitorCommands);
