import { appendZarr } from '../lib/archive/append.ts';
import { main } from '../lib/cycle/main.ts';
import { storeFiles } from '../lib/io/store.ts';

main(appendZarr(storeFiles));
