// The one way into a site for every command: find the configuration's text, resolve it, and become the owner of the state.
// Only then may a command read anything else; a test refuses other imports of what stands here.
import {
  type BrokenConfiguration,
  findSource,
  isBrokenConfiguration,
  lastGood,
  loadConfiguration,
} from '../config/load.ts';
import type { Source } from '../config/resolve.ts';
import type { Configuration } from '../config/schema.ts';
import type { Places } from '../contract/file.ts';
import { unlessFailing } from '../io/files.ts';
import { ownPlaces, resolvePlaces } from '../io/places.ts';
import { becomeOwnerOf } from '../io/privileges.ts';

export interface Site {
  /** Undefined without a configuration file: then all values are defaults. */
  readonly source: Source | undefined;
  readonly config: Configuration;
  readonly places: Places;
}

/** Started by root, the process is the owner of the state afterwards, or of the folder that the command writes in. */
export async function openSite(path: string | undefined, writtenIn?: (places: Places) => string): Promise<Site> {
  const [site] = await openSites([path], writtenIn);
  return site as Site;
}

/** Reads every configuration before the process becomes the owner of the first one's state. */
export async function openSites(
  paths: readonly (string | undefined)[],
  writtenIn?: (places: Places) => string,
): Promise<Site[]> {
  const loaded: Omit<Site, 'places'>[] = [];
  for (const source of paths.map(findSource)) loaded.push({ source, config: await loadConfiguration(source) });
  const [present] = loaded;
  const places = takePlaces(present?.config.files ?? {}, writtenIn);
  return loaded.map((site) => ({ ...site, places: site === present ? places : resolvePlaces(site.config.files) }));
}

/** The configuration alone, for a command that writes nothing in a site, and needs what only root may read: the process stays who
 * it is. */
export async function readConfiguration(path: string | undefined): Promise<Configuration> {
  return loadConfiguration(findSource(path));
}

/** The folders of a site, for such a command; undefined where there is none that could hold them. */
export const placesOf = ({ files }: Configuration): Places | undefined => unlessFailing(() => resolvePlaces(files));

/** Today's configuration is broken; what is known of the last good one at its path. */
export interface BrokenSite {
  readonly broken: BrokenConfiguration;
  readonly config?: Configuration | undefined;
  /** Undefined where a record of the failed run would lie in the state of another site. */
  readonly places?: Places;
}

/** Like openSite, for stages: a broken configuration is a result, with the last good one. */
export async function openForStages(path: string | undefined): Promise<Site | BrokenSite> {
  try {
    return await openSite(path);
  } catch (error) {
    if (!isBrokenConfiguration(error)) throw error;
    const last = await lastGood(error.broken.path);
    if (last) return { broken: error, config: last.config, places: takePlaces(last.files) };
    // A file that somebody tries by `--config` need not be that of the site whose state lies in the default folder.
    return path === undefined ? { broken: error, places: takePlaces({}) } : { broken: error };
  }
}

/** The folders of a site that has no configuration yet. Started by root, the process is the owner of its state afterwards. */
export const openUnconfigured = (files: Configuration['files']): Places => takePlaces(files);

function takePlaces(files: Configuration['files'], writtenIn = ({ state }: Places): string => state): Places {
  const places = resolvePlaces(files);
  becomeOwnerOf(places.state, writtenIn(places));
  return { ...places, ...ownPlaces(places.state) };
}
