// Replaces known secrets in a text that arrives in pieces, such as the output of a program that got them. Pure.

/** The secret as it is, and as JSON, a URL or base64 would hold it (base64 without padding, so that both spellings are found). */
const secretForms = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret.toWellFormed()),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
];

interface Hider {
  /** The text that may be shown by now: an end that may be the beginning of a secret is held back. */
  readonly pass: (text: string) => string;
  /** What was held back. */
  readonly end: () => string;
}

export function hideSecrets(secrets: readonly string[]): Hider {
  const forms = [...new Set(secrets.flatMap(secretForms))]
    .filter((form) => form !== '')
    .sort((one, other) => other.length - one.length);
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
      const rest = forms.reduce((left, form) => left.replaceAll(form, '…'), held);
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
