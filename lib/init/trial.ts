// The trial: the entries are read and judged once, as the first cycle will. What cannot be read, and what would be red without
// anything being wrong, is written as a comment, with the reason.
import type { Level } from '../core/level.ts';
import { firstLine } from '../core/text.ts';
import type { Finding, Key } from './finding.ts';

/** One judgement of the trial. */
export interface Tried {
  /** Section of the snapshot: `checkouts`. */
  readonly section: string;
  readonly subject: string;
  readonly level: Level;
  readonly message: string;
  /** The reading failed. */
  readonly isUnread: boolean;
  readonly check: string;
}

/** The sections whose names differ from their keys. */
const sectionOf = (key: Key): string => (key === 'git' ? 'checkouts' : key);

export interface Trouble {
  readonly level: Level;
  readonly message: string;
}

export interface AfterTrial {
  readonly findings: readonly Finding[];
  /** What is not well on the machine, and stays in the configuration. */
  readonly troubles: readonly Trouble[];
}

export function applyTrial(findings: readonly Finding[], tried: readonly Tried[]): AfterTrial {
  const troubles: Trouble[] = [];
  const judged = findings.map((finding) => {
    if (finding.off !== undefined) return finding;
    const about = tried.filter(
      ({ section, subject, level }) =>
        section === sectionOf(finding.key) && subject === finding.name && level !== 'green',
    );
    const unread = about.find(({ isUnread }) => isUnread);
    const off = unread
      ? `cannot be read: ${unread.message}`
      : about.map((one) => reasonAgainst(finding, one)).find(Boolean);
    if (off !== undefined) return { ...finding, off: firstLine(off, 160) };
    for (const { level, message } of about) troubles.push({ level, message });
    return finding;
  });
  return { findings: judged, troubles };
}

/** Disks that are full and services that failed are true findings; a page, a stream or a home's checkout may only be misread. */
function reasonAgainst({ key, value }: Finding, { level, message, check }: Tried): string | undefined {
  if (level === 'unknown') return message;
  if (level === 'red' && (key === 'endpoints' || key === 'streams')) return message;
  const isHome = typeof value === 'string' && /^\/(home|root)\//.test(value);
  return key === 'git' && isHome && check === 'checkout-dirty' ? 'somebody works in it' : undefined;
}
