import assert from 'node:assert/strict';

/** Fails unless the parser throws on each text with a message that quotes the text. */
export function refuses(parse: (text: string) => unknown, cases: readonly string[], least: number): void {
  for (const text of cases) {
    assert.throws(
      () => parse(text),
      (error) => error instanceof Error && error.message.includes(JSON.stringify(text.slice(0, 80))),
      `${JSON.stringify(text)} was taken, or the message does not show it`,
    );
  }
  assert.ok(cases.length >= least);
}
