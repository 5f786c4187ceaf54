import { main } from '../lib/cycle/main.ts';
import { writeReport } from '../lib/report/report.ts';

main(writeReport);
