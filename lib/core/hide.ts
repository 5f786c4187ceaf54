// Replaces known secrets in the answer of a server, or in the output of a program, that got them. Pure.

/** The secret as it is, and as JSON, a URL or base64 would hold it, as the programs of other languages write them. */
function secretForms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const url = encodeURIComponent(secret.toWellFormed());
  const strict = url.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const urls = [url, strict].flatMap((text) => [text, text.replaceAll('%20', '+')]);
  return [
    secret,
    ...[json, ascii].flatMap((text) => [text, text.replaceAll('/', '\\/')]),
    ...urls.flatMap((text) => [text, text.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase())]),
    ...base64Of(Buffer.from(secret)),
    ...[0, 1, 2].flatMap((before) => innerBase64(secret, before)),
  ];
}

/** A shorter piece of base64 could stand in any text. */
const leastBase64 = 8;

/** The characters of base64 that depend on the secret alone where `before` bytes, or as many with whole groups of three, stand
 * before it, as in `user:secret`. */
function innerBase64(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const first = [0, 2, 3][before] ?? 0;
  // The last character depends on what follows, unless the group is whole.
  return base64Of(bytes)
    .map((text) => text.slice(first, bytes.length % 3 === 0 ? undefined : -1))
    .filter((text) => text.length >= leastBase64);
}

/** Without padding, so that both spellings are found. */
export const base64Of = (bytes: Buffer): string[] =>
  (['base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).replace(/=+$/, ''));

interface Hider {
  /** Returns the text that may be shown by now. An end that may be the beginning of a secret is held back until more text comes. */
  readonly pass: (text: string) => string;
  /** Returns the text that `pass` still holds back, once no more text comes. */
  readonly end: () => string;
}

/** The longest form first. */
const formsOf = (secrets: readonly string[]): string[] =>
  [...new Set(secrets.flatMap(secretForms))]
    .filter((form) => form !== '')
    .sort((one, other) => other.length - one.length);

const replaceForms = (text: string, forms: readonly string[]): string =>
  forms.reduce((left, form) => left.replaceAll(form, '…'), text);

/** A whole text without the secrets. */
export const hideSecretsIn = (text: string, secrets: readonly string[]): string => replaceForms(text, formsOf(secrets));

/** For a text that arrives in pieces. */
export function hideSecrets(secrets: readonly string[]): Hider {
  const forms = formsOf(secrets);
  if (forms.length === 0) return { pass: (text) => text, end: () => '' };
  let held = '';
  return {
    pass: (text) => {
      let rest = held + text;
      let shown = '';
      for (;;) {
        const { at, form } = firstOf(forms, rest);
        const begins = rest.length - beginningOf(rest, forms);
        // Where a secret may begin before or at the one that was found, more of the text decides.
        if (begins <= at) {
          held = rest.slice(begins);
          return shown + rest.slice(0, begins);
        }
        shown += `${rest.slice(0, at)}…`;
        rest = rest.slice(at + form.length);
      }
    },
    end: () => {
      const rest = replaceForms(held, forms);
      held = '';
      return rest;
    },
  };
}

/** The secret that comes first in the text, the longest of those that begin there; at the text's end where there is none. */
function firstOf(forms: readonly string[], text: string): { at: number; form: string } {
  let first = { at: text.length, form: '' };
  for (const form of forms) {
    const at = text.indexOf(form);
    if (at >= 0 && at < first.at) first = { at, form };
  }
  return first;
}

/** Length of the longest end of the text with which one of the secrets begins. */
function beginningOf(text: string, forms: readonly string[]): number {
  for (let length = Math.min((forms[0]?.length ?? 0) - 1, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (forms.some((form) => form.startsWith(end) && form !== end)) return length;
  }
  return 0;
}
