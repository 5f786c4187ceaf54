import { main } from '../lib/cli/main.ts';
import { assessHealth } from '../lib/health/assess.ts';

main(assessHealth);
