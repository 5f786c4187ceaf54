// Eight promises that nobody waits for, planted so that a test can see the linter find them. Never run, never mended.
async function work(): Promise<number> {
  return 1;
}

export function planted(items: number[]): void {
  work();
  work().then((value) => value + 1);
  void 0, work();
  items.forEach(async () => work());
  setTimeout(async () => work(), 1);
  [1, 2].map((item) => work());
  new Promise((resolve) => resolve(1));
  if (work()) items.push(1);
  Promise.all(items.map(() => work()));
}
