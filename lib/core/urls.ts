// Masks what a URL may keep secret, wherever a text with URLs is shown or stored: login, query values and fragment.

const addresses = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>]+/gi;

/** `https://host/a?token=X&b` → `https://host/a?token=…&…`. `$NAME` stays: it only names a secret. */
export function maskUrls(text: string, fill: (secret: string) => string = () => '…'): string {
  const hide = (value: string): string => (value === '' || secretName.test(value) ? value : fill(value));
  return text.replaceAll(/(?<=:[\s\\/]*\/)[^\s/@"']+(?=@)/g, hide).replaceAll(addresses, (url) => {
    const at = url.search(/[?#]/);
    if (at < 0) return url;
    const parts = url
      .slice(at)
      .replaceAll(/([?&;#])([^?&;#=]*)(=?)([^?&;#]*)/g, (_all, mark, name, equals, value) =>
        equals === '' ? `${mark}${hide(name)}` : `${mark}${name}=${hide(value)}`,
      );
    return url.slice(0, at) + parts;
  });
}

const secretName = /^\$[A-Z_][A-Z0-9_]*$/;

/** Names in the query of a URL whose values look like secrets. */
export function suspectQueryNames(text: string): string[] {
  return [...(URL.parse(text)?.searchParams ?? [])].flatMap(([name, value]) => {
    if (value === '' || secretName.test(value)) return [];
    const looksSecret =
      /tok|key|secret|pass|pw|auth|sig|cred|code|session|jwt/i.test(name) || /^(?=.*\d)[\w.~+/-]{20,}=*$/.test(value);
    return looksSecret ? [name] : [];
  });
}
