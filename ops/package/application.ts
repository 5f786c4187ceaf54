// dist/application: what `import … from 'ops-monitor/application'` finds, as an ES module and in CommonJS, with declarations for
// both. prom-client and the API of OpenTelemetry stay imports, because an application must share them; the rest is inside.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

const formats = [
  { format: 'esm', ending: '.js' },
  { format: 'cjs', ending: '.cjs' },
] as const;

/** Returns what esbuild tells of the bundles. */
export async function buildApplication(root: string, outFolder: string): Promise<readonly Metafile[]> {
  const folder = join(outFolder, 'application');
  const metafiles: Metafile[] = [];
  for (const { format, ending } of formats) {
    const done = new Set<string>();
    const found = new Set([join(root, 'lib', 'application', 'index.ts')]);
    // A part imported on demand is a file of its own, so that who does not use it does not read it.
    for (let next = [...found]; next.length > 0; next = [...found].filter((file) => !done.has(file))) {
      const { metafile } = await build({
        absWorkingDir: root,
        metafile: true,
        entryPoints: next.map((file) => ({ in: file, out: nameOf(root, file) })),
        outdir: folder,
        outExtension: { '.js': ending },
        bundle: true,
        platform: 'node',
        format,
        target: 'node22',
        external: ['prom-client', '@opentelemetry/api'],
        ...(format === 'cjs'
          ? { define: { 'import.meta.dirname': '__dirname' } }
          : {
              banner: {
                js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
              },
            }),
        plugins: [onDemand(root, ending, found)],
        logLevel: 'warning',
      });
      metafiles.push(metafile);
      for (const file of next) done.add(file);
    }
  }
  declare(root, folder);
  return metafiles;
}

/** `lib/application/send-spans.ts` → `send-spans`, `lib/io/smtp.ts` → `lib-io-smtp` */
const nameOf = (root: string, file: string): string =>
  relative(root, file)
    .replace(/^lib\/application\//, '')
    .replace(/\.\w+$/, '')
    .replaceAll('/', '-');

const onDemand = (root: string, ending: string, found: Set<string>): Plugin => ({
  name: 'on-demand',
  setup: (bundle) => {
    bundle.onResolve({ filter: /^\.{1,2}\// }, async ({ kind, path, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || importer.includes('/node_modules/')) return undefined;
      const target = await bundle.resolve(path, { kind: 'import-statement', importer, resolveDir });
      found.add(target.path);
      return { path: `./${nameOf(root, target.path)}${ending}`, external: true };
    });
  },
});

/** The compiler declares every file that is imported; an application needs those that the declarations name. */
function declare(root: string, folder: string): void {
  const all = join(folder, 'declared');
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', join(root, 'lib', 'application'), '--outDir', all], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const first = join(all, 'lib', 'application', 'index.d.ts');
  const base = dirname(first);
  const needed = new Map<string, string>();
  visit(first);
  for (const [file, text] of needed)
    for (const { ending } of formats) {
      const own = relative(base, file)
        .replaceAll('../', '')
        .replaceAll('/', '-')
        .replace(/\.d\.ts$/, '');
      writeFileSync(
        join(folder, `${own}${ending.replace('.', '.d.').replace('js', 'ts')}`),
        retarget(text, file, ending),
      );
    }
  rmSync(all, { recursive: true });

  function visit(file: string): void {
    if (needed.has(file)) return;
    const text = readFileSync(file, 'utf8');
    needed.set(file, text);
    for (const [, target = ''] of text.matchAll(imported)) visit(declarationOf(file, target));
  }

  function retarget(text: string, file: string, ending: string): string {
    return text.replace(imported, (whole, target: string) => {
      const flat = relative(base, declarationOf(file, target)).replaceAll('../', '').replaceAll('/', '-');
      return whole.replace(target, `./${flat.replace(/\.d\.ts$/, '')}${ending}`);
    });
  }
}

const imported = /(?:from |import\()['"](\.[^'"]+)['"]/g;
const declarationOf = (file: string, target: string): string => join(dirname(file), target).replace(/\.ts$/, '.d.ts');
