// Input and output that the parts of a rehearsal use: secrets, clocks, the folder of the run.
import type { Secret } from '../contract/net.ts';
import type { AskTools } from '../engine/answer.ts';

export interface PartTools extends AskTools {
  /** Resolves a reference `$NAME`. */
  readonly secret: (reference: string) => Promise<Secret>;
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  /** Folder of the run. */
  readonly folder: string;
  /** Receives each line that the command of a part prints. */
  readonly onLine: (line: string) => void;
}

/** Resolves the variables of a command. `secrets` lists the values that are secrets. Throws where a secret is missing. */
export async function variablesOf(env: Readonly<Record<string, string>>, { secret }: Pick<PartTools, 'secret'>) {
  const variables: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!/^\$[A-Z_][A-Z0-9_]*$/.test(text)) {
      variables[name] = text;
      continue;
    }
    const found = await secret(text);
    if ('missing' in found) throw new Error(found.missing);
    variables[name] = found.value;
    secrets.push(found.value);
  }
  return { variables, secrets };
}
