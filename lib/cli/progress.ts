// Progress of long work: on a terminal a bar, redrawn ten times a second; elsewhere nothing.
import { formatDuration } from '../core/quantity.ts';
import { isTerminal, rewriteLine } from '../io/terminal.ts';

const width = 24;

export function progressOf(noun: string): (done: number, all: number) => void {
  if (!isTerminal(2)) return () => undefined;
  const began = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  return (done, all) => {
    const now = performance.now();
    if (done >= all) return rewriteLine('');
    if (now - drawn < 100) return;
    drawn = now;
    rewriteLine(progressText(done, all, noun, (now - began) / 1000));
  };
}

/** `[######..................] 25 %, 1000 of 4000 samples, 2000 a second, 1.5s left` */
export function progressText(done: number, all: number, noun: string, seconds: number): string {
  const share = all > 0 ? done / all : 1;
  const rate = done / Math.max(seconds, 0.001);
  const full = Math.floor(share * width);
  const left = rate > 0 ? `, ${formatDuration(Math.ceil((all - done) / rate))} left` : '';
  return (
    `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(share * 100)} %, ` +
    `${done} of ${all} ${noun}, ${Math.round(rate)} a second${left}`
  );
}
