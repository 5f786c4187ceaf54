// The bombs of bombs.test.ts. `node --import tsx bomb-site.ts FOLDER` writes them into the folder, with the configuration of a
// site that reads them all, and then serves those that come by HTTP.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { storeFiles } from '../store.ts';

const port = 8099;
const megabytes = 1024 * 1024;
const listOf = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));
const gateOf = (counts: object): string => JSON.stringify({ verdict: 'pass', decided_at: '2026-01-01', counts });

/** Writes something at a path. */
type Put = (path: string) => void;
const text =
  (content: () => string): Put =>
  (path) =>
    writeFileSync(path, content());
/** Writing it whole would take the disk 400 MB. */
const sparse =
  (bytes: number): Put =>
  (path) => (writeFileSync(path, ''), truncateSync(path, bytes));
const fifo: Put = (path) => void execFileSync('mkfifo', [path]);
const linkTo =
  (target: string): Put =>
  (path) =>
    symlinkSync(target, path);

interface Bomb {
  readonly put: Put;
  /** What the failed reading says. */
  readonly says: RegExp;
}

/** In the place of a gate's summary. */
export const gates: Readonly<Record<string, Bomb>> = {
  nested: { put: text(() => '['.repeat(15 * megabytes)), says: /nested more than|characters/ },
  keys: { put: text(() => `{${listOf(1_000_000, (index) => `"k${index}":0`).join()}}`), says: /characters/ },
  lines: { put: text(() => '{}\n'.repeat(1_000_000)), says: /characters/ },
  'endless-line': { put: sparse(400 * megabytes), says: /too large to be read whole/ },
  counts: {
    put: text(() => gateOf(Object.fromEntries(listOf(1_000_000, (index) => [`n${index}`, 1])))),
    says: /characters|more than 10000 values/,
  },
  'a-few-counts': {
    put: text(() => gateOf(Object.fromEntries(listOf(20_000, (index) => [`n${index}`, 1])))),
    says: /more than 10000 values/,
  },
  fifo: { put: fifo, says: /not a regular file/ },
  'dev-zero': { put: linkTo('/dev/zero'), says: /not a regular file/ },
  loop: { put: (path) => symlinkSync(path, path), says: /loop of symbolic links/ },
};

/** A header of Blosc that promises 2 GB. */
function bloscHeader(): Buffer {
  const bytes = Buffer.alloc(64);
  for (const [index, value] of [0x0821_0102, 0x7fff_ffff, 0x1_0000, 64].entries())
    bytes.writeUInt32LE(value, index * 4);
  return bytes;
}

const zeros = (): Buffer => Buffer.alloc(256 * megabytes);
const chunk =
  (bytes: () => Uint8Array): Put =>
  (path) =>
    writeFileSync(join(path, 'time', '0'), bytes());
/** In the place of a file of a Zarr store. */
const inStore =
  (file: string, put: Put): Put =>
  (path) => (rmSync(join(path, file)), put(join(path, file)));

/** Into a Zarr store whose name is the compressor of its times. */
export const stores: Readonly<Record<string, Bomb>> = {
  gzip: { put: chunk(() => gzipSync(zeros())), says: /unpacks to/ },
  zlib: { put: chunk(() => deflateSync(zeros())), says: /unpacks to/ },
  zstd: { put: chunk(() => zstdCompressSync(zeros())), says: /unpacks to/ },
  blosc: { put: chunk(bloscHeader), says: /unpacks to/ },
  'fifo-chunk': { put: inStore('time/0', fifo), says: /not a regular file/ },
  'fifo-metadata': { put: inStore('time/.zarray', fifo), says: /not a regular file/ },
  'zero-metadata': { put: inStore('time/.zarray', linkTo('/dev/zero')), says: /not a regular file/ },
};

/** In the place of a file of a git directory. */
export const checkouts: Readonly<Record<string, Bomb & { readonly file: string }>> = {
  'fifo-head': { file: 'HEAD', put: fifo, says: /no HEAD/ },
  'fifo-index': { file: 'index', put: fifo, says: /did not answer within/ },
  'zero-index': { file: 'index', put: linkTo('/dev/zero'), says: /failed/ },
  'endless-config': { file: 'config', put: sparse(400 * megabytes), says: /bad config line/ },
};

/** What the reading of a URL says; `answered` is whether there was a whole header. */
export const urls: Readonly<Record<string, { readonly answered: boolean }>> = {
  'never-ends': { answered: true },
  gigabyte: { answered: true },
  'endless-header': { answered: false },
};

/** A million names in one folder, all of which the pattern of the stream fits. */
const million = (folder: string): void => {
  mkdirSync(folder);
  execFileSync('sh', ['-c', 'head -c 1000000 /dev/zero | split -b 1 -a 6 -d'], { cwd: folder });
};

function write(folder: string): void {
  const at = (name: string): string => join(folder, name);
  mkdirSync(folder, { recursive: true });
  const made = <Name extends string>(names: readonly Name[], make: (name: Name, path: string) => void) =>
    Object.fromEntries(names.map((name) => (make(name, at(name)), [name, at(name)])));
  const storeOf = (name: string, path: string): void => {
    const compressor = name.includes('-') ? null : { id: name };
    for (const [file, bytes] of storeFiles({ at: new Date(), minutes: [10, 0] })) {
      mkdirSync(join(path, file, '..'), { recursive: true });
      const metadata = () => ({ ...(JSON.parse(Buffer.from(bytes).toString()) as object), compressor });
      writeFileSync(join(path, file), file === 'time/.zarray' ? JSON.stringify(metadata()) : bytes);
    }
  };
  const checkoutOf = (name: string, path: string): void => {
    execFileSync('git', ['init', '-q', '-b', 'main', path]);
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '--allow-empty', '-mone'],
      { cwd: path },
    );
    const bomb = checkouts[name];
    if (!bomb) return;
    rmSync(join(path, '.git', bomb.file), { force: true });
    bomb.put(join(path, '.git', bomb.file));
  };
  const streamOf = (root: string, more = {}) => ({ source: { root, ...more } });
  million(at('million'));
  mkdirSync(at('few'));
  writeFileSync(join(at('few'), 'a.nc'), 'x');
  writeFileSync(at('quota.sh'), 'head -c 1000000000 /dev/zero | tr "\\0" "["\n');
  writeFileSync(at('sound'), gateOf({ files: 1 }));
  const configuration = {
    site: 'bombs',
    files: { state: at('state'), textfiles: at('textfiles') },
    gates: { ...made(Object.keys(gates), (name, path) => gates[name]?.put(path)), sound: at('sound') },
    streams: {
      ...Object.fromEntries(
        Object.entries(
          made(Object.keys(stores).concat('plain-store'), (name, path) => {
            storeOf(name, path);
            stores[name]?.put(path);
          }),
        ).map(([name, root]) => [name, streamOf(root, { time: 'zarr' })]),
      ),
      // A file younger than the window need not be in the copy yet.
      million: { ...streamOf(at('million')), window: '1s', mirrors: { copy: { root: at('few') } } },
      few: streamOf(at('few')),
    },
    git: made([...Object.keys(checkouts), 'sound-checkout'], checkoutOf),
    filesystems: { root: '/' },
    workspace: { path: folder, network: false, usage: { command: ['/bin/sh', at('quota.sh')] } },
    endpoints: {
      ...Object.fromEntries(
        Object.keys(urls).map((name) => [name, { url: `http://127.0.0.1:${port}/${name}`, timeout: '5s' }]),
      ),
      sound: `http://127.0.0.1:${port}/sound`,
    },
    thermal: { sensors: true },
  };
  // The same with a usage file instead of a command, and a store of the power supply.
  const second = {
    ...configuration,
    files: { state: at('state-2'), textfiles: at('textfiles') },
    workspace: { path: folder, network: false, usage: { file: at('fifo') } },
    power: { store: at('fifo-chunk') },
  };
  writeFileSync(at('config.yaml'), JSON.stringify(configuration));
  writeFileSync(at('second.yaml'), JSON.stringify(second));
}

function serve(): void {
  const block = Buffer.alloc(megabytes, 'x');
  createServer((request, response) => {
    response.on('error', () => undefined);
    if (request.url === '/endless-header') {
      request.socket.write('HTTP/1.1 200 OK\r\nX-A: ');
      const timer = setInterval(() => request.socket.write('x'.repeat(1000)), 10);
      request.socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
      return;
    }
    response.writeHead(200);
    let left = request.url === '/sound' ? 0 : request.url === '/gigabyte' ? 1024 : Infinity;
    const more = (): void => {
      while (left-- > 0) if (!response.write(block)) return void response.once('drain', more);
      response.end();
    };
    more();
  }).listen(port, '127.0.0.1');
}

const [, script = '', folder] = process.argv;
if (folder !== undefined && script.endsWith('bomb-site.ts')) {
  write(folder);
  serve();
  writeFileSync(join(folder, 'ready'), '');
}
