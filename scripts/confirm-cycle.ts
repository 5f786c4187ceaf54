import { confirmCycle } from '../lib/confirm/confirm.ts';
import { main } from '../lib/cli/main.ts';
import { openNet } from '../lib/cycle/net.ts';
import { written } from '../lib/cycle/written.ts';

main(confirmCycle(written, openNet));
