import { sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { currentHealth } from '../lib/health/current.ts';
import { writeReport } from '../lib/report/report.ts';

main(writeReport(sections, currentHealth));
