import { appendZarr } from '../lib/archive/append.ts';
import { sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { storeFiles } from '../lib/io/store.ts';

main(appendZarr(sections, storeFiles));
