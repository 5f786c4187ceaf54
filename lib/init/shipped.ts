// Recognises the configuration that a package brings and that nobody has edited: only that one may be replaced.
import { fingerprint } from '../core/text.ts';

/** Fingerprints of the texts that packages brought (ops/package/deb/config.yaml), the newest first; a test computes that one. */
const shipped = new Set(['ab964ecd2b5a84c3', '30a92e40635f987e']);

export const isShipped = (text: string): boolean => shipped.has(shippedFingerprint(text));

/** Without the folders, which an installation elsewhere writes into the text, and which a new configuration takes over. */
export const shippedFingerprint = (text: string): string =>
  fingerprint(
    text.replaceAll(/\/\S*?(?=\/ops\/(?:docs|examples)\/)/g, '').replaceAll(/^( {2}(?:state|textfiles):).*$/gm, '$1'),
  );
