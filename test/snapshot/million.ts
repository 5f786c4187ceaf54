// Reads a stream and its mirror in a process of its own, and prints the result with the peak of its memory.
import { streams } from '../../lib/snapshot/probes/streams.ts';
import { mirrors } from '../../lib/snapshot/probes/mirrors.ts';
import { configurationOf } from '../world.ts';
import { localHost } from './machine.ts';

const folder = process.argv[2] ?? '';
const config = configurationOf(
  `streams: { s: { source: { root: ${folder}/source }, mirrors: { m: { root: ${folder}/copy } } } }`,
);
const at = new Date('2026-11-20T12:00:00Z');
const host = (_name?: string, signal?: AbortSignal) => localHost(folder, signal);
const from = { host, config, run: {}, previous: undefined, bootId: '', at };
const [stream, mirror] = await Promise.all([
  streams.read({ ...from, item: 's' }),
  mirrors.read({ ...from, item: 's.m' }),
]);
const { source_files, missing_files, missing_names } = mirror;
const peakMiB = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ newest: stream.newest_file, mirror: [source_files, missing_files, missing_names], peakMiB }),
);
