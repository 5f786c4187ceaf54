// A small mail server on loopback with the answers of a test, for behaviour that is rare in real servers.
import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { listen } from '../process.ts';

/** The answer to a command, by its first word or its whole line; `DATA.` is the end of a mail, `hello` the greeting. */
export type Answers = Record<string, string>;

export interface MailServer {
  readonly port: number;
  /** Every line that came, mails included. */
  readonly lines: string[];
  connections: number;
}

const usual: Answers = {
  hello: '220 test ESMTP',
  EHLO: '250-test\r\n250-AUTH PLAIN\r\n250 8BITMIME',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  'DATA.': '250 queued as 1',
  QUIT: '221 bye',
};

/** An answer that is empty never comes; with `drip` every answer comes a letter at a time. */
export async function serveMail(t: TestContext, answers: Answers = {}, drip = false): Promise<MailServer> {
  const told: Answers = { ...usual, ...answers };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    const say = (text: string | undefined): void => {
      if (text === undefined) return void socket.write('502 what?\r\n');
      if (text !== '') talk(socket, `${text}\r\n`, drip);
    };
    say(told['hello']);
    let rest = '';
    let inMail = false;
    let inTls = false;
    socket.setEncoding('latin1').on('data', (text: string) => {
      const parts = (rest + text).split('\r\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        // The TLS handshake has no lines, though some contain a line end by chance.
        if (inTls) return;
        seen.lines.push(line);
        const verb = line.split(/[ :]/, 1)[0] ?? '';
        if (inMail && line !== '.') continue;
        if (inMail) say(told['DATA.']);
        else say(told[line] ?? told[verb]);
        inTls = verb === 'STARTTLS' && (told['STARTTLS'] ?? '').startsWith('220');
        inMail = !inMail && verb === 'DATA' && (told['DATA'] ?? '').startsWith('354');
      }
    });
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const seen: MailServer = { port: await listen(t, server), lines: [], connections: 0 };
  return seen;
}

function talk(socket: Socket, text: string, drip: boolean): void {
  if (!drip) return void socket.write(text);
  const letters = text.split('');
  const timer = setInterval(() => {
    const letter = letters.shift();
    if (letter === undefined || socket.destroyed) clearInterval(timer);
    else socket.write(letter);
  }, 15);
}
