// Builds the group and the address of a push from the configuration and the command line.
import { Usage } from '../contract/errors.ts';
import { addressProblem, type PushConfig } from './config.ts';
import { type Group, labelProblem } from './group.ts';

export function addressOf({ push }: PushConfig, option?: string | boolean): string {
  if (typeof option === 'string') {
    const problem = addressProblem(option);
    if (problem !== undefined) throw new Usage(`--url: ${problem}`);
    return option;
  }
  if (push.url !== undefined) return push.url;
  throw new Usage('no Pushgateway is named: `push: { url: http://push.example.org:9091 }` in the configuration');
}

/** `given`: `label=value`, as on the command line. */
export function groupOf({ push }: PushConfig, job: string, given: readonly string[] = []): Group {
  if (job === '') throw new Usage('the job has no name: --job NAME');
  const labels = given.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at < 0) throw new Usage(`--group ${JSON.stringify(text)}: expected label=value`);
    const name = text.slice(0, at);
    const problem = labelProblem(name);
    if (problem !== undefined) throw new Usage(`--group ${JSON.stringify(text)}: ${problem}`);
    return [name, text.slice(at + 1)];
  });
  const twice = labels.find(([name], index) => labels.findIndex(([other]) => other === name) !== index);
  if (twice) throw new Usage(`--group names the label ${twice[0]} twice`);
  return { job, ...push.group, ...Object.fromEntries(labels) };
}
