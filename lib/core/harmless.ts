// Escapes text from outside (paths, messages, sensor names), so that no output format reads any of it as its own syntax.
// There is one function for each output format.

// Control characters (C0, DEL, C1), both Unicode line separators, and the marks that change the direction of writing: with
// one, `exe.txt` shows as `txt.exe`. By code: a pattern with named classes compiles in 0.5 ms.

/** Makes one line, also for mail headers: control characters become spaces. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
  return text.replaceAll(/[\0-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/g, ' ').trim();
}

/** Like oneLine for many lines at once: newlines stay, and so does the space at the ends of lines. */
export const plainLines = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
  text.replaceAll(/[\0-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/g, ' ');

/** For a terminal: removes all control characters but newlines, tabs and, where colour is wanted, the codes that we use.
 * Other codes, such as the one that hides text, are removed. */
export function terminalText(text: string, colour: boolean): string {
  const plain = text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
    /(\u001B\[(?:1|2|22|31|32|33|35|39)m)|[\0-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
    colour ? '$1' : '',
  );
  return plain;
}

/** For Markdown, also inside a table cell. */
export const escapeCell = (text: string): string =>
  oneLine(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\|*_`<>[\]~&]/g, (character) => `\\${character}`);

/** For the Markdown of Teams: a file name chosen by a stranger may contain a link. */
export const escapeForTeams = (text: string): string => text.replaceAll(/[\\`*_[\]<>#]/g, '\\$&');

/** For Slack, which has only these three special characters; escaped, <!channel> in a text notifies nobody. */
export const escapeForSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** For HTML, also inside an attribute. */
export const escapeHtml = (text: string): string =>
  escapeForSlack(oneLine(text)).replaceAll('"', '&quot;').replaceAll("'", '&#39;');

export const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** For the value of a Prometheus label. Control characters are legal there, but their readers are terminals and pages:
 * each is written as its code, so that two labels stay two. A lone surrogate becomes U+FFFD on the way to UTF-8. */
export const escapeLabel = (text: string): string =>
  escapeHelp(text)
    .replaceAll('"', '\\"')
    // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
    .replaceAll(/[\0-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g, codeOf);

const codeOf = (character: string): string => `<${character.charCodeAt(0).toString(16).padStart(2, '0')}>`;

/** For Nagios: a bar begins the performance data, a newline the long text. */
export const escapeForNagios = (text: string): string => oneLine(text).replaceAll(/\|+/g, ' ');

/** For the display name before an address in a mail header: ASCII, without characters that would end the name. */
export const asciiMailName = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/[<>"]/g, '');

export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One word of a command line that a person will copy: quoted only where necessary, and on one line. */
export const shellWord = (text: string): string => (/^[\w.:@%/+,=-]+$/.test(text) ? text : shellQuote(oneLine(text)));
