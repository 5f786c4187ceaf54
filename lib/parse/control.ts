// Parses replies of the control port of tor and of anon, which is made of it.

export interface ControlReply {
  /** 250 is success. */
  readonly code: number;
  /** Key → value of the lines `250-key=value` and `250+key=`. */
  readonly values: Readonly<Record<string, string>>;
  /** Text of the last line. */
  readonly text: string;
}

/** The replies that the text holds, in their order. A reply that goes on is left out. */
export function parseControlReplies(text: string): ControlReply[] {
  const replies: ControlReply[] = [];
  let values: Record<string, string> = {};
  const lines = text.split('\r\n');
  // Without an end, the last line goes on.
  lines.pop();
  for (let at = 0; at < lines.length; at++) {
    const [, code = '', mark = '', rest = ''] = /^(\d{3})([-+ ])(.*)$/s.exec(lines[at] ?? '') ?? [];
    if (code === '')
      throw new Error(`not a reply of a control port: ${JSON.stringify((lines[at] ?? '').slice(0, 80))}`);
    const equals = rest.indexOf('=');
    if (mark === '+') {
      const end = lines.indexOf('.', at + 1);
      if (end < 0) return replies;
      const data = lines.slice(at + 1, end).map((line) => line.replace(/^\.\./, '.'));
      values[rest.slice(0, Math.max(0, equals))] = data.join('\n');
      at = end;
    } else {
      if (equals > 0) values[rest.slice(0, equals)] = rest.slice(equals + 1);
      if (mark === ' ') {
        replies.push({ code: Number(code), values, text: rest });
        values = {};
      }
    }
  }
  return replies;
}

/** `NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"` → 100. */
export function parseBootstrap(phase: string): number {
  const progress = Number(/\bPROGRESS=(\d{1,3})\b/.exec(phase)?.[1] ?? Number.NaN);
  if (progress >= 0 && progress <= 100) return progress;
  throw new Error(`not a phase of a bootstrap: ${JSON.stringify(phase.slice(0, 80))}`);
}
