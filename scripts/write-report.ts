import { sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { writeReport } from '../lib/report/report.ts';

main(writeReport(sections));
