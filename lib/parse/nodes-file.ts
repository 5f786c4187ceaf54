// Parses a list of nodes, one a line, in the three forms that such lists had over time; lines of the first form stand in no list with
// lines of the others, since the first form does not say to which environment a node belongs:
//   1|ubuntu@192.0.2.1|                            number, destination, password
//   devnet|ubuntu@192.0.2.1||nameserver-ns1|~/key  environment, destination, password, role, and sometimes a key
//   devnet|ubuntu@192.0.2.1|node                   environment, destination, role
// Passwords are refused: ssh would have to be given them, and this file is copied and read by many.
import { isNodeName } from '../core/node-name.ts';

interface ListedNode {
  /** Undefined in a line of the oldest form, which names no environment. */
  readonly environment?: string;
  /** The part after `@`. */
  readonly name: string;
  /** The destination for ssh. */
  readonly target: string;
  readonly role?: string;
  /** Path of a private key. */
  readonly key?: string;
}

export interface NodesFile {
  readonly nodes: readonly ListedNode[];
  /** `line 3: …`, never with what may be a password. */
  readonly problems: readonly string[];
}

export function parseNodesFile(text: string): NodesFile {
  const nodes: ListedNode[] = [];
  const problems: string[] = [];
  /** Numbers of the first lines with an environment, and without. */
  let [withEnvironment, without]: (number | undefined)[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const shown = line.trim();
    if (shown === '' || shown.startsWith('#')) continue;
    const found = parseLine(shown.split('|').map((field) => field.trim()));
    if (typeof found === 'string') {
      problems.push(`line ${index + 1}: ${found}`);
      continue;
    }
    nodes.push(found);
    if (found.environment === undefined) without ??= index + 1;
    else withEnvironment ??= index + 1;
  }
  if (withEnvironment !== undefined && without !== undefined)
    problems.push(
      `line ${without} names no environment, and line ${withEnvironment} does: begin every line with an environment, such as devnet|user@host|node`,
    );
  const seen = new Set<string>();
  for (const { environment = '', name } of nodes) {
    const key = `${environment}|${name}`;
    if (seen.has(key)) problems.push(`${name} is listed twice${environment === '' ? '' : ` in ${environment}`}`);
    seen.add(key);
  }
  return { nodes, problems };
}

/** The node, or why the line is wrong. */
function parseLine(fields: readonly string[]): ListedNode | string {
  const [first = '', target = '', third = '', role = '', key = ''] = fields;
  if (fields.length < 3 || fields.length > 5)
    return `expected 3 to 5 fields between |, such as devnet|user@host|node; got ${fields.length}`;
  const match = /^(?:[\w.-]+@)?([\w][\w.:-]*|\[[\da-f:]+\])$/i.exec(target);
  if (!match) return 'the second field is not a destination, such as user@192.0.2.1';
  if (/^[^:]+:\d+$/.test(target)) return `the port of ${target} belongs into ssh_config (Port), or is left out`;
  const name = (match[1] ?? '').replaceAll(/[[\]]/g, '');
  if (!isNodeName(name)) return `the name ${name} has a meaning of its own: give the node an alias in ssh_config`;
  const isOldest = fields.length === 3 && /^\d+$/.test(first);
  const hasPassword = (isOldest || fields.length > 3) && third !== '';
  if (hasPassword)
    return `the password of ${name} is not used: let ssh log in by a key (ssh-copy-id ${target}), and leave the third field empty`;
  if (isOldest) return { name, target };
  if (!/^\w[\w.-]{0,63}$/.test(first)) return 'the first field is not the name of an environment, such as devnet';
  const [ownRole, ownKey] = fields.length === 3 ? [third, ''] : [role, key];
  return {
    environment: first,
    name,
    target,
    ...(ownRole === '' ? {} : { role: ownRole }),
    ...(ownKey === '' ? {} : { key: ownKey }),
  };
}
