// The heartbeat itself: one request, and what became of it in words that hold no address.
import type { Net } from '../contract/net.ts';
import { type Beat, beatProblem, type BeatRequest, beatRequest, type BeatStyle } from '../core/beat.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import type { HeartbeatRecord } from './files.ts';

type Told = Pick<HeartbeatRecord, 'outcome' | 'words'>;

/** For all of it. There is no second try: the next cycle is one, and a watcher waits for longer than that. */
const seconds = 10;

export async function tell(net: Net, { url, style }: { url: string; style: BeatStyle }, beat: Beat): Promise<Told> {
  const secret = net.secret(url);
  if ('missing' in secret) return { outcome: 'unsent', words: secret.missing };
  let request: BeatRequest | undefined;
  try {
    request = beatRequest(style, secret.value, beat);
  } catch (error) {
    return { outcome: 'unsent', words: reasonOf(error) };
  }
  if (!request) return { outcome: 'withheld', words: `${style} can only be told that all is well` };
  try {
    const reply = await net.request({ ...request, seconds });
    const problem = beatProblem(style, reply);
    return problem === undefined
      ? { outcome: 'accepted', words: `it answered ${reply.status}` }
      : { outcome: 'refused', words: firstLine(problem) };
  } catch (error) {
    return { outcome: 'refused', words: reasonOf(error) };
  }
}
