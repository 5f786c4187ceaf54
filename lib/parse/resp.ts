// Parses replies in RESP 2, the protocol of Redis that Olric speaks. Integers stay text: Olric's ids exceed 2^53.

export type RespReply = string | null | readonly RespReply[] | RespError;

export class RespError {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const mostDepth = 16;
const mostItems = 100_000;

/** The replies that the text holds; `isWhole` is false where the last one goes on. Throws for what is not RESP. */
export function parseReplies(text: string): { readonly replies: readonly RespReply[]; readonly isWhole: boolean } {
  const replies: RespReply[] = [];
  let at = 0;
  let items = 0;
  try {
    while (at < text.length) replies.push(read(0));
    return { replies, isWhole: true };
  } catch (error) {
    if (error !== goesOn) throw error;
    return { replies, isWhole: false };
  }

  function line(): string {
    const end = text.indexOf('\r\n', at);
    if (end < 0) throw goesOn;
    const found = text.slice(at, end);
    at = end + 2;
    return found;
  }

  function read(depth: number): RespReply {
    const start = at;
    const first = line();
    const rest = first.slice(1);
    if (++items > mostItems || depth > mostDepth) throw new Error(`a reply with more than ${mostItems} parts`);
    switch (first[0]) {
      case '+':
        return rest;
      case '-':
        return new RespError(rest);
      case ':':
        if (/^[+-]?\d+$/.test(rest)) return rest;
        break;
      case '$':
        if (rest === '-1') return null;
        if (/^\d{1,9}$/.test(rest)) return bulk(Number(rest));
        break;
      case '*':
        if (rest === '-1') return null;
        if (/^\d{1,6}$/.test(rest)) return Array.from({ length: Number(rest) }, () => read(depth + 1));
        break;
    }
    throw new Error(`not a reply in RESP: ${JSON.stringify(text.slice(start, start + 80))}`);
  }

  function bulk(length: number): string {
    if (text.length < at + length + 2) throw goesOn;
    const found = text.slice(at, at + length);
    if (text.slice(at + length, at + length + 2) !== '\r\n')
      throw new Error(`not a reply in RESP: ${JSON.stringify(found.slice(0, 80))} does not end where it should`);
    at += length + 2;
    return found;
  }
}

/** Thrown where more text is needed. */
const goesOn = new Error('the reply goes on');

/** A command as RESP: an array of bulk strings. */
export const respCommand = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
