import { start } from '../lib/cli/command.ts';
import { dashboardCommand } from '../lib/commands/dashboard.ts';

start(dashboardCommand);
