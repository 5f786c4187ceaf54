// Limits how many pieces of work run at the same time: at most `width`; the others wait. Of those that wait, the one with the
// smallest `turn` is next, and of equal turns the one that came first.

export function lanes(width: number): <Result>(work: () => Promise<Result>, turn?: number) => Promise<Result> {
  let free = width;
  const waiting: { readonly turn: number; readonly begin: () => void }[] = [];
  return async (work, turn = 0) => {
    if (free > 0) free -= 1;
    else
      await new Promise<void>((begin) => {
        const before = waiting.findIndex((one) => one.turn > turn);
        waiting.splice(before < 0 ? waiting.length : before, 0, { turn, begin });
      });
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next.begin();
      else free += 1;
    }
  };
}
