// Findings about each node: numbers that the limits of a judgement decide, and flags that decide by themselves.
import type { Finding } from '../contract/check.ts';
import type { Level } from '../core/level.ts';
import { firstLine } from '../core/text.ts';

type Readings<Reading> = Readonly<Record<string, Reading>>;

interface Described {
  /** What the node reported, as evidence; by default the message of the finding is the evidence. */
  readonly said?: string;
  readonly because?: string | undefined;
}

interface Numbered extends Described {
  /** Undefined where the value was not read: there is then no finding. */
  readonly value: number | undefined;
  readonly prefix: string;
  readonly suffix?: string;
  readonly note?: string;
  readonly message?: string;
  readonly minimumLevel?: Level;
}

interface Flagged extends Described {
  /** Undefined where the value was not read: there is then no finding. */
  readonly isGood: boolean | undefined;
  /** The level where `isGood` is false; red by default. */
  readonly otherwise?: Level;
  readonly good: string;
  readonly bad: string;
}

/** A finding for each node about a number, which the limits of the judgement decide. */
export const measureNodes = <Reading>(
  readings: Readings<Reading>,
  unit: string,
  describe: (reading: Reading, node: string) => Numbered,
): Finding[] =>
  Object.entries(readings).flatMap(([node, reading]) => measured(node, node, unit, describe(reading, node)));

/** The same for one subject, which is the node or a part of the node. */
export const measured = (
  node: string,
  subject: string,
  unit: string,
  { value, said, ...words }: Numbered,
): Finding[] =>
  value === undefined
    ? []
    : [{ subject, item: node, value, unit, ...words, ...(said === undefined ? {} : { evidence: { [node]: said } }) }];

/** A finding for each node about something that is so, or is not so, and that no limit decides. */
export const flagNodes = <Reading>(
  readings: Readings<Reading>,
  describe: (reading: Reading, node: string) => Flagged,
): Finding[] => Object.entries(readings).flatMap(([node, reading]) => flagged(node, node, describe(reading, node)));

export function flagged(
  node: string,
  subject: string,
  { isGood, otherwise = 'red', good, bad, said, because }: Flagged,
): Finding[] {
  if (isGood === undefined) return [];
  return [
    {
      subject,
      item: node,
      level: isGood ? 'green' : otherwise,
      value: isGood,
      unit: '',
      limit: { value: true, key: '' },
      message: isGood ? good : bad,
      clears_when: good,
      ...(said === undefined ? {} : { evidence: { [node]: said } }),
      because,
    },
  ];
}

interface Named {
  readonly name: string;
}

/** The same for each named part of each node. The subject of a finding is `NODE/PART`. */
export const flagParts = <Reading, Part extends Named>(
  readings: Readings<Reading>,
  partsIn: (reading: Reading) => readonly Part[] | undefined,
  describe: (part: Part, name: string, node: string) => Flagged,
): Finding[] =>
  Object.entries(readings).flatMap(([node, reading]) =>
    partsOf(partsIn(reading)).flatMap(([name, part]) => flagged(node, `${node}/${name}`, describe(part, name, node))),
  );

/** More than any node has, so that a report that lies does not flood the alerts. What lies beyond is told as not judged. */
export const mostParts = 200;

/** Pairs of a name and the part with this name. Of parts with the same name the last one counts. */
export const partsOf = <Part extends Named>(parts: readonly Part[] = []): [name: string, part: Part][] => [
  ...new Map(parts.slice(0, mostParts).map((part) => [firstLine(part.name, 100), part])),
];
