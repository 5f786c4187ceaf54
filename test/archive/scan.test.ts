// The scanner gives what parsing and flattening give, or undefined: for any line, and for whole stores.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import * as fastCheck from 'fast-check';
import { flatten } from '../../lib/archive/flatten.ts';
import { chunkLength } from '../../lib/archive/layout.ts';
import { parseSnapshot } from '../../lib/archive/rawlog.ts';
import { rebuild } from '../../lib/archive/rebuild.ts';
import { Scanner } from '../../lib/archive/scan.ts';
import { sections } from '../../lib/config/registry.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { simulateDays } from '../../lib/demo/days.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { temporaryFolder, worldIn } from '../world.ts';
import { archiveIn, instant, ok, sectionsOf, snapshotAt } from './days.ts';

function flattened(line: string) {
  try {
    const snapshot = parseSnapshot(line);
    return { ...flatten(sections, snapshot), runId: snapshot.run_id };
  } catch {
    return undefined; // no snapshot
  }
}

/** Asserts the result and returns whether the line was scanned. A line that was not is learned, as in a rebuild. */
function scanAndCompare(scanner: Scanner, line: string): boolean {
  // Between other lines, as in a day's file.
  const bytes = Buffer.from(`{}\n${line}\n{}`);
  const [start, end] = [3, bytes.length - 3];
  const found = scanner.scan(bytes, start, end);
  const expected = flattened(bytes.toString('utf8', start, end));
  if (found) {
    assert.ok(expected, `the scanner accepted a line that is not a snapshot: ${line}`);
    assert.equal(found.runId, expected.runId);
    assert.deepEqual([...found.variables.keys()], [...expected.variables.keys()], line);
    for (const [name, variable] of expected.variables) assert.equal(found.variables.get(name), variable, name);
    const values = [...expected.values.values()];
    assert.equal(found.values.length, values.length);
    for (const [index, value] of values.entries())
      assert.ok(Object.is(found.values[index], value), `${found.values[index]} is not ${value} in ${line}`);
    return true;
  }
  if (expected) scanner.learn(bytes, start, end);
  return false;
}

const rarely = <Value>(arbitrary: fastCheck.Arbitrary<Value>) =>
  fastCheck.option(arbitrary, { freq: 9, nil: undefined });
const number = fastCheck.oneof(
  fastCheck.double({ noNaN: true, noDefaultInfinity: true }),
  fastCheck.integer(),
  fastCheck.constant(0),
);
const word = fastCheck.oneof(
  fastCheck.string(),
  fastCheck.string({ unit: 'grapheme' }),
  fastCheck.constantFrom('pass', 'fail', 'unknown', 'a"quoted"\\path', 'été\n', ''),
);
/** Any JSON in the place of an expected value. */
const odd = fastCheck.oneof(
  { weight: 30, arbitrary: fastCheck.constant(undefined) },
  { weight: 1, arbitrary: fastCheck.jsonValue() },
);

const records = fastCheck
  .record({
    used_percent: number,
    network: fastCheck.boolean(),
    path: word,
    inodes: rarely(number),
    checked: number,
    verdict: word,
    files: number,
    groups: fastCheck.array(word, { maxLength: 3 }),
    restarts: rarely(number),
    ms: number,
    reason: rarely(word),
    run: fastCheck.oneof(
      { weight: 9, arbitrary: fastCheck.constantFrom('0'.repeat(32), 'ab') },
      { weight: 1, arbitrary: word },
    ),
    oddData: odd,
    oddItem: odd,
    oddList: odd,
  })
  .map(
    ({ used_percent, network, path, inodes, checked, verdict, files, groups, restarts, ms, reason, run, ...odds }) => {
      const sections: Record<string, Envelope> = {
        filesystems: ok({ data: odds.oddItem ?? ok({ path, network, used_percent, inodes }, ms) }),
        gates: ok({ prune: ok({ verdict, age_seconds: checked, counts: { files, checked } }) }),
        services: ok({ 'a.service': { groups: odds.oddList ?? groups, restarts, active_state: path } }),
        mirrors: ok(odds.oddData ?? { gws: ok({ worst: groups, lag_seconds: files }) }),
      };
      if (reason !== undefined) sections['workspace'] = { status: 'failed', kind: 'timeout', reason, ms };
      return JSON.stringify(snapshotAt(instant(0), sections, run));
    },
  );

const texts = (
  '0|-0|01|1.|.5|-|1e5|1E-7|1e999|00|123456789012345|1234567890123456|0.1|-1.50|' +
  'tru|true|null|"x"|[]|{}| 1|52.89622694403853|9007199254740993|5e-324'
).split('|');

/** Replaces a number by another text, or any byte by another one. */
const mutations = fastCheck.array(
  fastCheck.oneof(
    { weight: 4, arbitrary: fastCheck.record({ at: fastCheck.nat(), text: fastCheck.constantFrom(...texts) }) },
    {
      weight: 4,
      arbitrary: fastCheck.record({ at: fastCheck.nat(), text: number.map((value) => JSON.stringify(value)) }),
    },
    {
      weight: 1,
      arbitrary: fastCheck.record({
        at: fastCheck.nat(),
        byte: fastCheck.constantFrom(...Buffer.from('"\\,:{}[]0a \t-.etu\u0000')),
      }),
    },
  ),
  { maxLength: 2 },
);

type Change = { at: number; text: string } | { at: number; byte: number };

function mutate(line: string, changes: readonly Change[]): string {
  let text = line;
  for (const change of changes) {
    if ('byte' in change) {
      const at = change.at % text.length;
      text = `${text.slice(0, at)}${String.fromCharCode(change.byte)}${text.slice(at + 1)}`;
    } else {
      const numbers = [...text.matchAll(/(?<=:)-?\d[\d.e+-]*/g)];
      const found = numbers[change.at % numbers.length];
      if (found) text = `${text.slice(0, found.index)}${change.text}${text.slice(found.index + found[0].length)}`;
    }
  }
  return text;
}

/** A few records, repeated with changes. */
const sequences = fastCheck.record({
  few: fastCheck.array(records, { minLength: 1, maxLength: 3 }),
  steps: fastCheck.array(fastCheck.tuple(fastCheck.nat(), mutations), { minLength: 5, maxLength: 20 }),
});

describe('archive/scan', () => {
  test('any line gives the same as parsing, whatever was learned before', () => {
    let [scanned, all] = [0, 0];
    fastCheck.assert(
      fastCheck.property(sequences, ({ few, steps }) => {
        const scanner = new Scanner(sections);
        for (const [which, changes] of steps) {
          all += 1;
          if (scanAndCompare(scanner, mutate(few[which % few.length] ?? '', changes))) scanned += 1;
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(scanned > all / 10, `only ${scanned} of ${all} lines were scanned`);
  });

  test('numbers, flags and words of every kind in one place are read exactly', () => {
    const line = (number: string, flag = 'true', word = 'x'): string =>
      JSON.stringify(
        snapshotAt(instant(0), { filesystems: ok({ data: ok({ used_percent: 77.5, network: true, path: 'PATH' }) }) }),
      )
        .replace('77.5', number)
        .replace('"network":true', `"network":${flag}`)
        .replace('PATH', word);
    const scanner = new Scanner(sections);
    for (const path of ['x', 'y', 'z']) scanAndCompare(scanner, line('1', 'true', path));
    const scannable = (
      '0 -0 -7 0.1 1234567890.12345 53.5951 123456789012345 52.89622694403853 ' +
      '9007199254740993 1e5 1E-7 -2.5e+3 5e-324 1e999'
    ).split(' ');
    for (const number of scannable) assert.ok(scanAndCompare(scanner, line(number)), number);
    for (const number of texts) scanAndCompare(scanner, line(number));
    assert.ok(scanAndCompare(scanner, line('1', 'false', '/a/b \\"c\\" \\\\ é')));
    for (const word of ['\\u00e9', '\\x', '\t', '"', '\\']) scanAndCompare(scanner, line('1', 'true', word));
    assert.ok(scannable.length > 10);
  });

  test('a shared name, a list of items and the key __proto__ are left to be parsed', () => {
    const used = ok({ used_percent: 5 });
    const shapes: Record<string, Envelope>[][] = [
      [{ filesystems: ok({ 'a-b': used, 'a.b': ok({ used_percent: 6 }) }) }],
      [{ filesystems: ok([]) }, { filesystems: ok(['x']) }],
    ];
    for (const shape of shapes) {
      const scanner = new Scanner(sections);
      for (let round = 0; round < 8; round++)
        for (const each of shape) assert.ok(!scanAndCompare(scanner, JSON.stringify(snapshotAt(instant(round), each))));
    }
    const scanner = new Scanner(sections);
    const strange = JSON.stringify(snapshotAt(instant(0), { filesystems: ok({ ITEM: used }) })).replace(
      'ITEM',
      '__proto__',
    );
    for (let round = 0; round < 8; round++) assert.ok(!scanAndCompare(scanner, strange));
    assert.ok(shapes.length > 1);
  });

  /** Every file of a store with its bytes. */
  function filesOf(path: string): Map<string, string> {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(path, name)).isFile(),
    );
    return new Map(
      names.sort().map((name) => [name, Buffer.from(storeFiles.readBytes(join(path, name)) ?? []).toString('latin1')]),
    );
  }

  /** Rebuilds with and without the scanner, and asserts equal files. */
  function rebuildBothWays(folder: string, to: string, at: Date): { scanned: number; samples: number; files: number } {
    const log = worldIn(folder, { at });
    const scanner = new Scanner(sections);
    let scanned = 0;
    const counting = {
      scan: (bytes: Buffer, start: number, end: number) => {
        const found = scanner.scan(bytes, start, end);
        if (found) scanned += 1;
        return found;
      },
      learn: (bytes: Buffer, start: number, end: number) => scanner.learn(bytes, start, end),
    };
    const [one, other] = [join(to, 'one'), join(to, 'other')];
    const settings = { sections, files: storeFiles, log, now: at, attributes: {} };
    const { samples } = rebuild({ ...settings, path: one, scanner: counting });
    rebuild({ ...settings, path: other, scanner: { scan: () => undefined, learn: () => undefined } });
    const [scannedFiles, parsedFiles] = [one, other].map((path) => filesOf(`${path}.rebuilt`));
    assert.deepEqual([...(scannedFiles?.keys() ?? [])], [...(parsedFiles?.keys() ?? [])]);
    for (const [name, bytes] of parsedFiles ?? []) assert.ok(scannedFiles?.get(name) === bytes, `${name} differs`);
    return { scanned, samples, files: parsedFiles?.size ?? 0 };
  }

  test('a simulated day gives the same store with and without the scanner', async (t) => {
    const folder = temporaryFolder(t);
    for await (const { number } of simulateDays(folder, 200)) assert.ok(number < 200);
    const { scanned, samples, files } = rebuildBothWays(folder, join(folder, 'stores'), new Date());
    assert.equal(samples, 200);
    assert.ok(scanned > 150, `only ${scanned} were scanned`);
    assert.ok(files > 800, `only ${files} files`);
  });

  test('readings that come, go and change type give the same store with and without the scanner', (t) => {
    const folder = temporaryFolder(t);
    const { write } = archiveIn(folder);
    const end = chunkLength + 9;
    write(0, end, (index) => ({
      ...sectionsOf(index),
      ...(index % 100 < 50
        ? { streams: ok({ a: ok({ age_seconds: index }) }) }
        : { streams: { status: 'absent', reason: `none since ${index}` } }),
      ...(index % 1000 < 20 && { host: ok({ load_1: index / 3, cpus: index % 2 === 0 ? 4 : null }) }),
    }));
    const { scanned, samples } = rebuildBothWays(folder, join(folder, 'stores'), instant(end));
    assert.equal(samples, end);
    assert.ok(scanned > end / 2, `only ${scanned} were scanned`);
  });
});
