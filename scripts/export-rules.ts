import { start } from '../lib/cli/command.ts';
import { exportRules } from '../lib/commands/export-rules.ts';

start(exportRules);
