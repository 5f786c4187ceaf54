import { main } from '../lib/cli/main.ts';
import { pruned } from '../lib/cycle/written.ts';
import { oldFiles } from '../lib/io/old-files.ts';
import { pruneFiles } from '../lib/retention/prune.ts';

main(pruneFiles(pruned, oldFiles));
