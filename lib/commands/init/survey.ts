// Looks at the machine, tries out what was found, and composes the configuration.
import { resolve } from '../../config/resolve.ts';
import type { Configuration } from '../../config/schema.ts';
import type { Host } from '../../contract/host.ts';
import { dayStamp } from '../../core/time.ts';
import type { Finding, LeftOut } from '../../init/finding.ts';
import { lookAround } from '../../init/look.ts';
import { applyTrial, type Trouble } from '../../init/trial.ts';
import { renderConfiguration } from '../../init/write.ts';
import { tryOut } from './try-out.ts';

export interface Asked {
  readonly site: string;
  readonly files: Readonly<Record<string, string>>;
  readonly streamsIn: readonly string[];
  readonly sshConfig: string;
  readonly at: Date;
  /** Opens the hosts of a configuration: which paths may hang depends on it. */
  readonly open: (config: Configuration) => Promise<(name: string, signal: AbortSignal) => Host>;
}

export interface Survey {
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly left: readonly LeftOut[];
  readonly notes: readonly string[];
  readonly troubles: readonly Trouble[];
}

export async function survey({ site, files, streamsIn, sshConfig, at, open }: Asked): Promise<Survey> {
  const about = { site, files, day: dashed(dayStamp(at)) };
  const none = configurationOf(renderConfiguration({ ...about, findings: [] }));
  const looked = await lookAround({ openHost: await open(none), at, streamsIn, sshConfig });
  const { accepted, refused } = onlyAccepted(looked.findings, about);
  const config = configurationOf(renderConfiguration({ ...about, findings: accepted }));
  const { tried } = await tryOut(config, await open(config), at);
  const { findings, troubles } = applyTrial(accepted, tried);
  const text = renderConfiguration({ ...about, findings });
  configurationOf(text);
  return { text, findings, left: [...looked.left, ...refused], notes: looked.notes, troubles };
}

const dashed = (stamp: string): string => stamp.replace(/(....)(..)(..)/, '$1-$2-$3');

/** Throws for a configuration that is not valid: a fault of this program. */
export function configurationOf(text: string): Configuration {
  const found = resolve({ path: 'the new configuration', text });
  if ('config' in found) return found.config;
  throw new Error(`ops-monitor init composed a configuration that is not valid: ${found.problems.join('; ')}`);
}

/** An entry that the schema refuses is left out with the schema's reason, and costs no other. */
function onlyAccepted(
  findings: readonly Finding[],
  about: Pick<Parameters<typeof renderConfiguration>[0], 'site' | 'files' | 'day'>,
): { accepted: readonly Finding[]; refused: readonly LeftOut[] } {
  const problemOf = (some: readonly Finding[]): string | undefined => {
    const found = resolve({
      path: 'init',
      // Suggestions must be valid as well: they wait for somebody to take the `#` away.
      text: renderConfiguration({ ...about, findings: some.map(({ off: _off, ...one }) => one) }),
    });
    return 'problems' in found ? found.problems[0] : undefined;
  };
  if (problemOf(findings) === undefined) return { accepted: findings, refused: [] };
  const judged = findings.map((finding) => ({ finding, problem: problemOf([finding]) }));
  return {
    accepted: judged.flatMap(({ finding, problem }) => (problem === undefined ? [finding] : [])),
    refused: judged.flatMap(({ finding, problem }) =>
      problem === undefined ? [] : [{ what: `${finding.key}: ${finding.name}`, why: problem }],
    ),
  };
}
