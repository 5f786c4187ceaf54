import { checks, sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { assessHealth } from '../lib/health/assess.ts';

main(assessHealth({ sections, checks }));
