// Sends one heartbeat to one watchdog. There is no retry, because the next heartbeat follows soon.
import type { Net, Reply } from '../contract/net.ts';
import { type Beat, beatProblem, beatRequest, type BeatStyle } from '../core/beat.ts';
import { reasonOf } from '../core/text.ts';

interface Watcher {
  readonly style: BeatStyle;
  readonly url: string;
  readonly seconds: number;
}

interface Sent {
  readonly outcome: 'accepted' | 'refused' | 'unsent' | 'withheld';
  readonly words: string;
  readonly reply?: Reply;
}

export async function sendBeat(net: Net, { style, url, seconds }: Watcher, beat: Beat): Promise<Sent> {
  let request: ReturnType<typeof beatRequest>;
  try {
    request = beatRequest(style, url, beat);
  } catch (error) {
    return { outcome: 'unsent', words: reasonOf(error) };
  }
  if (!request) return { outcome: 'withheld', words: `${style} can only be told that all is well` };
  const reply = await net.request({ ...request, seconds });
  const problem = beatProblem(style, reply);
  if (problem === undefined) return { outcome: 'accepted', words: `it answered ${reply.status}`, reply };
  return { outcome: 'refused', words: problem, reply };
}
