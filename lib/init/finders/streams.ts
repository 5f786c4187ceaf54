// Streams below the folders that a person names: trees of folders by date, files with the day in their name, Zarr stores.
import { formatDuration } from '../../core/quantity.ts';
import { listed, readingReason } from '../../core/text.ts';
import { clockMinute } from '../../core/time.ts';
import {
  areDaysOfYear,
  commonEnding,
  datedFiles,
  datedLevel,
  isPlainPattern,
  rhythmOf,
} from '../../parse/datedtree.ts';
import { defineFinder, type Finding, type Found, type LeftOut, namesOfPath } from '../finding.ts';
import { openWalk, type Walk } from '../walk.ts';

const tooLate = 'it did not answer in time';

const mostLooks = 5000;
const mostStreams = 50;
/** Undated folders above a stream. */
const mostLevels = 3;
const mostSubfolders = 200;
/** Of each level of dated folders, so many of the newest are looked into. */
const newestFolders = 3;
/** The spacing of so many of the newest files decides the window. */
const sample = 40;

export const streams = defineFinder({
  name: 'streams',
  summary: 'the streams',

  async look({ host, at, streamsIn }) {
    if (streamsIn.length === 0)
      return {
        findings: [],
        left: [{ what: 'data streams', why: 'name the folder that holds them: --streams FOLDER' }],
      };
    const walk = await openWalk(host, { looks: mostLooks, network: true });
    const found: Finding[] = [];
    const left: LeftOut[] = [];
    for (const folder of streamsIn) {
      const unread = await host.list(folder).then(() => undefined, readingReason);
      if (unread !== undefined) {
        left.push({ what: folder, why: host.signal.aborted ? tooLate : unread });
        continue;
      }
      const some = await searchTree(walk, folder, mostLevels, at);
      found.push(...some.findings);
      left.push(...some.left);
      if (some.findings.length === 0)
        left.push({ what: folder, why: 'no folders or files with a date in their names were found' });
    }
    if (walk.isCut() && !left.some(({ why }) => why === tooLate))
      left.push({ what: listed(streamsIn), why: `the search ended after ${mostLooks} paths or its time` });
    if (found.length > mostStreams)
      left.push({
        what: listed(found.slice(mostStreams).map(({ name }) => name)),
        why: `more than ${mostStreams} streams`,
      });
    return { findings: found.slice(0, mostStreams), left };
  },
});

async function searchTree(walk: Walk, folder: string, depth: number, at: Date): Promise<Found> {
  const names = await walk.names(folder);
  if (names.some((name) => /^(zarr\.json|\.zgroup|\.zmetadata)$/.test(name)))
    return { findings: [zarrStore(folder)], left: [] };
  if (datedLevel(names, '')) return describeTree(walk, folder, at);
  const dated = datedFiles(names);
  const findings: Finding[] = [];
  for (const { files, before, names: group } of dated.slice(0, mostStreams)) {
    const { found: times } = await timesOf(walk, folder, group.slice(0, sample));
    const stem = before.replaceAll(/[\W_]+$/g, '');
    const own = namesOfPath(folder);
    const name = dated.length === 1 || stem === '' ? own.name : stem;
    if (times.length > 0)
      findings.push(streamOf({ name, longName: `${own.longName}-${stem}`, root: folder, files, times, at }));
  }
  const left: LeftOut[] = [];
  if (findings.length > 0 || depth === 0) return { findings, left };
  for (const below of await walk.folders(folder, names.slice(0, mostSubfolders))) {
    const some = await searchTree(walk, below, depth - 1, at);
    findings.push(...some.findings);
    left.push(...some.left);
  }
  return { findings, left };
}

async function describeTree(walk: Walk, root: string, at: Date): Promise<Found> {
  const tokens: string[] = [];
  let folders = [root];
  let names: readonly string[] = [];
  for (;;) {
    const [newest = root] = folders;
    names = await walk.names(newest);
    const level = datedLevel(names, tokens.join('/'));
    if (!level) break;
    tokens.push(level.token);
    const below = [];
    for (const folder of folders) {
      if (below.length >= newestFolders) break;
      const dated = datedLevel(folder === newest ? names : await walk.names(folder), tokens.slice(0, -1).join('/'));
      for (const name of dated?.names.slice(0, newestFolders - below.length) ?? []) below.push(`${folder}/${name}`);
    }
    folders = below;
  }
  const own = namesOfPath(root);
  if (areDaysOfYear(names) && tokens.length === 1)
    return {
      findings: [],
      left: [{ what: root, why: 'its folders are days of the year, for which there is no pattern' }],
    };
  const { found, hasFolders, hasEmpty } = await leafTimes(walk, folders);
  if (found.length > 0) {
    const files = [...tokens, `*${commonEnding(found.map(({ name }) => name))}`].join('/');
    return { findings: [streamOf({ ...own, root, files, times: found, at })], left: [] };
  }
  if (!hasFolders) {
    const why = `its newest dated folders hold ${hasEmpty ? 'only empty files' : 'no file'}`;
    return { findings: [], left: [{ what: root, why }] };
  }
  const findings: Finding[] = [];
  // Below the day lies a folder for each instrument, each of which is a stream.
  for (const name of names.filter((one) => !one.startsWith('.') && isPlainPattern(one)).slice(0, mostStreams)) {
    const inside = folders.map((folder) => `${folder}/${name}`);
    const { found: times } = await leafTimes(walk, inside);
    if (times.length === 0) continue;
    const files = [...tokens, name, `*${commonEnding(times.map((file) => file.name))}`].join('/');
    findings.push(streamOf({ name, longName: `${own.longName}-${name}`, root, files, times, at }));
  }
  const why = 'its dated folders hold folders without files';
  return { findings, left: findings.length === 0 ? [{ what: root, why }] : [] };
}

interface DataFile {
  readonly name: string;
  readonly timeMs: number;
}

/** The newest files of the folders, newest folder first. */
async function leafTimes(walk: Walk, folders: readonly string[]) {
  const found: DataFile[] = [];
  let hasFolders = false;
  let hasEmpty = false;
  for (const folder of folders) {
    if (found.length >= sample) break;
    const names = (await walk.names(folder)).filter((name) => !name.startsWith('.')).toSorted();
    const read = await timesOf(walk, folder, names.slice(-sample));
    found.push(...read.found);
    hasFolders ||= read.hasFolders;
    hasEmpty ||= read.hasEmpty;
  }
  return { found, hasFolders, hasEmpty };
}

/** Empty files do not count, as in the stream's own reading. */
async function timesOf(walk: Walk, folder: string, names: readonly string[]) {
  const found: DataFile[] = [];
  let hasFolders = false;
  let hasEmpty = false;
  for (const name of names) {
    const state = await walk.stat(`${folder}/${name}`);
    if (state?.kind === 'folder') hasFolders = true;
    if (state?.kind !== 'file') continue;
    if (state.size_bytes > 0) found.push({ name, timeMs: Date.parse(state.modified_at) });
    else hasEmpty = true;
  }
  return { found, hasFolders, hasEmpty };
}

interface Described extends Pick<Finding, 'name' | 'longName'> {
  readonly root: string;
  readonly files: string;
  readonly times: readonly DataFile[];
  readonly at: Date;
}

/** Where the spacing of the files is not known. */
const unknownWindow = { window: '1d', windowSeconds: 86_400 };

function streamOf({ name, longName, root, files, times, at }: Described): Finding {
  const known = rhythmOf(times.map(({ timeMs }) => timeMs));
  const { window, windowSeconds } = known ?? unknownWindow;
  const newestMs = Math.max(...times.map(({ timeMs }) => timeMs));
  const newest = `newest file ${clockMinute(new Date(newestMs))}`;
  const isStale = at.getTime() - newestMs > windowSeconds * 1000;
  return {
    key: 'streams',
    name,
    ...(longName === undefined ? {} : { longName }),
    value: { source: { root, files }, window },
    where: known
      ? `${newest}, one every ${formatDuration(Math.round(known.stepSeconds))}`
      : `${newest}; too few files to tell how often one comes`,
    ...(isStale ? { off: 'nothing new has come within this window: has the stream ended?' } : {}),
  };
}

const zarrStore = (root: string): Finding => ({
  key: 'streams',
  ...namesOfPath(root),
  value: { source: { root, time: 'zarr' }, window: '1d' },
  where: 'a Zarr store',
  off: 'choose the window; the newest time of its axis `time` is read',
});
