import { main } from '../lib/cycle/main.ts';
import { assessHealth } from '../lib/health/assess.ts';

main(assessHealth);
