// npm run build: one small CommonJS bundle a script in dist/, and one for each part that is imported on demand; and node-report
// in one file.
import { hash } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import fastGlob from 'fast-glob';
import { buildApplication } from '../ops/package/application.ts';
import { packageFolderOf, renderLicences } from '../ops/package/licences.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outFolder = resolve(process.argv[2] ?? join(root, 'dist'));

// These scripts work on the sources, so only a checkout needs them.
const notInstalled = new Set(['build', 'package', 'write-docs']);

const scripts = (await fastGlob('scripts/*.ts', { cwd: root })).filter(
  (file) => !notInstalled.has(file.slice('scripts/'.length, -'.ts'.length)),
);
if (scripts.length === 0) throw new Error(`no scripts to bundle in ${root}/scripts`);

const isScript = (file: string): boolean => file.startsWith(`scripts${sep}`);

/** `lib/config/resolve.ts` → `lib-config-resolve`; a script keeps its own name, and its bundle stands behind a stub. */
const outputName = (file: string): string =>
  file
    .slice(isScript(file) ? 'scripts/'.length : 0)
    .replace(/\.\w+$/, '')
    .replaceAll(sep, '-');

/** The terminal UI is an ES module: its libraries await at their top level, which CommonJS cannot. */
const isModule = (file: string): boolean => file.endsWith('.tsx');

// The compiled code of a bundle, and of each part that it loads on demand, is cached in the state that it has at the end of
// the first run, with every function that was called. (Node's own compile cache keeps only what was compiled before anything
// ran; the two hundred functions compiled again at each start are an eighth of a start, for every stage.) V8 accepts code of
// other sources of the same length, so the build's id stands before the code. A cache file is synced before it is renamed
// into place, and holds the code twice: V8 checks nothing and crashes on a flipped bit, and comparing the halves costs
// nothing. A cache folder or file that another user may write to is neither believed nor written, because root may run with
// somebody's HOME, and neither is anything written once root has become another user. Without a cache, everything is
// compiled.
const stubOf = (name: string, id: string): string => `'use strict';
// Not by require, which asks around for each of forty imports.
const { getBuiltinModule } = process;
const fs = getBuiltinModule('node:fs');
const { Script } = getBuiltinModule('node:vm');
const { CACHE_DIRECTORY = '', XDG_CACHE_HOME = '', HOME = '' } = process.env;
const shared = XDG_CACHE_HOME.startsWith('/') ? XDG_CACHE_HOME : HOME.startsWith('/') && fs.existsSync(HOME) ? HOME + '/.cache' : '';
const uid = process.getuid();
const isOurs = (found) => found !== undefined && found.uid === uid && (found.mode & 0o022) === 0;
const asked = process.geteuid() === uid && (CACHE_DIRECTORY.split(':')[0] || (shared && shared + '/ops-monitor'));
const isFolderOurs = () => {
  try {
    return [asked, asked + '/compiled'].every((path) => isOurs(fs.statSync(path, { throwIfNoEntry: false }) ?? { uid, mode: 0 }));
  } catch {
    return false;
  }
};
const folder = asked && isFolderOurs() && asked;
const build = '${id.padEnd(16)}';
const parts = {};
const fresh = [];
function ownFile(path) {
  const descriptor = fs.openSync(path, 'r');
  try {
    return isOurs(fs.fstatSync(descriptor)) ? fs.readFileSync(descriptor) : undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}
function load(name) {
  if (!name.startsWith('./')) return getBuiltinModule(name) ?? require(name);
  // Only import() loads an ES module whose code awaits, and only in the stub that Node itself loaded; a stub loaded by another
  // stub asks that one. The bundles await what they import on demand, so an object with \`then\` will do.
  if (name.endsWith('.mjs')) {
    if (!require.main) return require(name);
    const module = import(name);
    return { then: (...handlers) => module.then(...handlers) };
  }
  if (parts[name]) return parts[name].exports;
  const part = (parts[name] = { exports: {} });
  const file = __dirname + name.slice(1);
  const kept = folder && folder + '/compiled/' + name.slice(2);
  let code;
  try {
    code = kept ? ownFile(kept) : undefined;
  } catch {}
  const half = code && code.length / 2 + 8;
  const isWhole = half > 16 && code.toString('latin1', 0, 16) === build && code.subarray(16, half).equals(code.subarray(half));
  const cachedData = isWhole ? code.subarray(16, half) : undefined;
  const source = '(function (exports, require, module, __filename, __dirname) {' + fs.readFileSync(file, 'utf8') + '\\n})';
  const script = new Script(source, { filename: file, cachedData });
  if (kept && (!cachedData || script.cachedDataRejected)) fresh.push([kept, script]);
  script.runInThisContext().call(part.exports, part.exports, load, part, file, __dirname);
  return part.exports;
}
process.once('exit', () => {
  if (fresh.length === 0 || process.getuid() !== uid || !fs.existsSync(folder) || !isFolderOurs()) return;
  for (const [kept, script] of fresh) {
    const temporary = kept + '.' + process.pid;
    try {
      if (!fs.existsSync(folder + '/compiled')) fs.mkdirSync(folder + '/compiled', 0o700);
      const compiled = script.createCachedData();
      fs.rmSync(temporary, { force: true }); // of a killed run that had the same pid
      fs.writeFileSync(temporary, Buffer.concat([Buffer.from(build), compiled, compiled]), { flush: true, flag: 'wx', mode: 0o600 });
      fs.renameSync(temporary, kept);
    } catch {
      try {
        fs.rmSync(temporary, { force: true });
      } catch {} // as in a folder that turned read-only
    }
  }
});
load('./${name}.main.cjs');
`;

// A part imported on demand becomes a bundle of its own: inside the same bundle it would cost its parsing at every start.
const found = new Set<string>(scripts.map((file) => join(file)));
const onDemand: Plugin = {
  name: 'on-demand',
  setup: (bundle) => {
    bundle.onResolve({ filter: /^[^/]/ }, async ({ kind, path, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || isBuiltin(path)) return undefined;
      // As a plain import, so that we are not asked again.
      const target = await bundle.resolve(path, { kind: 'import-statement', importer, resolveDir });
      const file = relative(root, target.path);
      found.add(file);
      return { path: `./${outputName(file)}.${isModule(file) ? 'mjs' : 'cjs'}`, external: true };
    });
  },
};

/** The build's id, by which cached configurations are told apart. It changes with any file of lib and scripts, whatever its
 * ending, and with package.json and the lock file. */
async function buildId(): Promise<string> {
  const files = (await fastGlob(['lib/**', 'scripts/**', 'package-lock.json', 'package.json'], { cwd: root })).sort();
  return hash('sha1', files.map((file) => readFileSync(join(root, file), 'utf8')).join('\0')).slice(0, 12);
}

await mkdir(outFolder, { recursive: true });
// The folder that `npm run package` left there is no bundle.
for (const name of await readdir(outFolder))
  if (name !== 'package') await rm(join(outFolder, name), { recursive: true, force: true });
const id = await buildId();
const done = new Set<string>();
/** Folders of the npm packages whose code is in a bundle. */
const bundled = new Set<string>();
const isOurs = (file: string): boolean => !file.startsWith(`node_modules${sep}`);
for (let next = [...found]; next.length > 0; next = [...found].filter((file) => !done.has(file))) {
  await bundle(next.filter((file) => isOurs(file) && !isModule(file)));
  for (const file of next.filter(isModule)) await bundleModule(file);
  // Whoever imports the default of such a part by Node's rules is given the whole of a CommonJS file.
  const parts = next.filter((file) => !isOurs(file));
  await bundle(parts, { js: 'module.exports = module.exports.default ?? module.exports;' });
  for (const file of next) {
    done.add(file);
    if (isScript(file)) writeFileSync(join(outFolder, `${outputName(file)}.cjs`), stubOf(outputName(file), id));
  }
}

async function bundle(files: readonly string[], footer: { js?: string } = {}): Promise<void> {
  const { metafile } = await build({
    // Comments name sources by their path from here: the same bytes wherever the build is started.
    absWorkingDir: root,
    metafile: true,
    entryPoints: files.map((file) => ({
      in: join(root, file),
      out: `${outputName(file)}${isScript(file) ? '.main' : ''}`,
    })),
    outdir: outFolder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // A dynamic import becomes a lazy require: cheaper, and it works for CommonJS.
    supported: { 'dynamic-import': false },
    define: { OPS_MONITOR_BUILD: JSON.stringify(id), 'import.meta.dirname': '__dirname' },
    footer,
    // A library with a compiled part: it is installed beside the bundles.
    external: ['@resvg/resvg-js'],
    plugins: [onDemand],
    logLevel: 'warning',
  });
  noteBundled(metafile);
}

async function bundleModule(file: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: [join(root, file)],
    outfile: join(outFolder, `${outputName(file)}.mjs`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // React's other half is its development build; ink's connection to its developer tools needs a package that is not here.
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'no-devtools',
        setup: (bundle) => bundle.onLoad({ filter: /\/ink\/build\/devtools\.js$/ }, () => ({ contents: '' })),
      },
    ],
    // Its libraries in CommonJS require modules of Node.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  noteBundled(metafile);
}

function noteBundled({ inputs }: Metafile): void {
  for (const file of Object.keys(inputs)) {
    const folder = packageFolderOf(file);
    if (folder !== undefined) bundled.add(folder);
  }
}

// The live page, as a browser gets it: one classic script, because a page opened as a file can load no modules.
for (const client of await fastGlob('lib/page/client/main.ts', { cwd: root })) {
  const pageFolder = join(outFolder, 'page');
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: [join(root, client)],
    outfile: join(pageFolder, 'page.js'),
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  noteBundled(metafile);
  await cp(join(root, 'lib', 'page', 'static'), pageFolder, { recursive: true });
}
// node-report in one file, which a fleet copies to its nodes and calls as `ops-monitor node-report`. It runs with the Node of
// the node, so it is compiled for an older one.
const nodeReport = await build({
  absWorkingDir: root,
  metafile: true,
  stdin: {
    contents: `
      if (process.argv[2] === 'node-report') process.argv.splice(2, 1);
      if (Number(process.versions.node.split('.')[0]) >= 20) import('./scripts/node-report.ts');
      else {
        console.error('node-report needs Node 20 or later, and this is ' + process.version + ': npm run package makes one with Node inside');
        process.exitCode = 1;
      }
    `,
    resolveDir: root,
  },
  outfile: join(outFolder, 'ops-monitor-node.cjs'),
  banner: { js: '#!/usr/bin/env node' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  legalComments: 'none',
  define: { OPS_MONITOR_BUILD: JSON.stringify(id), 'import.meta.dirname': '__dirname' },
  logLevel: 'warning',
});
noteBundled(nodeReport.metafile);
chmodSync(join(outFolder, 'ops-monitor-node.cjs'), 0o755);

for (const metafile of await buildApplication(root, outFolder)) noteBundled(metafile);

writeFileSync(join(outFolder, 'licences.txt'), renderLicences([...bundled].map((folder) => join(root, folder))));
console.log(`${done.size} bundles in ${relative(process.cwd(), outFolder) || '.'} (build ${id})`);
