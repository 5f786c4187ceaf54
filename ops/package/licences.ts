// The licences of the libraries that are part of what we give away, each with its whole text, as their terms ask.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly repository?: string | { readonly url?: string };
}

/** The folder of the npm package that a file belongs to, `node_modules/zod/…` → `node_modules/zod`; undefined for our own. */
export const packageFolderOf = (file: string): string | undefined =>
  /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

export function renderLicences(folders: readonly string[]): string {
  return [...folders].sort().map(renderLicence).join('\n');
}

/** Packages that are published without the file of their licence → those with the same licence of the same owner. */
const sameLicence: Readonly<Record<string, string>> = { 'yoga-layout': 'react' };

function renderLicence(folder: string): string {
  const { name, version, license, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Manifest;
  const holder = join(dirname(folder), sameLicence[name] ?? basename(folder));
  const files = readdirSync(holder).filter((file) => /^(licen[cs]e|copying|notice)(\.|$)/i.test(file));
  if (files.length === 0) throw new Error(`${folder} is bundled, but has no file with its licence`);
  const source =
    typeof repository === 'string' ? repository : (repository?.url ?? `https://www.npmjs.com/package/${name}`);
  const texts = files.sort().map((file) => readFileSync(join(holder, file), 'utf8').trim());
  return [rule, `${name} ${version} (${license ?? 'see its text'})`, `Source: ${source}`, rule, ...texts, ''].join(
    '\n',
  );
}

/** For what has no package.json. */
export function renderNamedLicence(title: string, file: string): string {
  if (!existsSync(file)) throw new Error(`there is no ${file}, the licence of ${title}`);
  return [rule, title, rule, readFileSync(file, 'utf8').trim(), ''].join('\n');
}

const rule = '-'.repeat(72);
