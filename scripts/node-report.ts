import { start } from '../lib/cli/command.ts';
import { nodeReport } from '../lib/commands/node-report.ts';

start(nodeReport);
