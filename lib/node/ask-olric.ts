// Asks Olric for its members.
import type { Host } from '../contract/host.ts';
import { firstLine } from '../core/text.ts';
import { parseReplies, RespError, type RespReply, respCommand } from '../parse/resp.ts';
import { converseOf } from './define.ts';
import type { Address } from './find.ts';

/** Answers `PONG`, then the list of members. */
export async function askMembers(
  host: Host,
  address: Address,
  seconds: number,
  password: string | undefined,
): Promise<RespReply> {
  const commands = respCommand('PING') + respCommand('CLUSTER.MEMBERS');
  const count = password === undefined ? 2 : 3;
  const { converse } = converseOf(host);
  const text = await converse({
    with: address,
    secret: password,
    send: password === undefined ? commands : (secret) => respCommand('AUTH', secret) + commands,
    isWhole: (reply) => parseReplies(reply).replies.length >= count,
    mostBytes: 1024 * 1024,
    seconds,
  });
  const { replies } = parseReplies(text);
  const refused = replies.find((reply) => reply instanceof RespError);
  if (refused instanceof RespError) throw new Error(`Olric answers with an error: ${firstLine(refused.message, 120)}`);
  if (replies.at(-2) !== 'PONG') throw new Error('the answer to PING is not that of Olric');
  return replies.at(-1) ?? null;
}
