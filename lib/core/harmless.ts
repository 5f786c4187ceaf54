// Foreign words made harmless: a path, a message, a sensor's name shows as it is, and nothing takes any of it for its own
// characters. One function for each place that such a word goes to.

/** One line of anything, also of a mail's header: control characters become spaces. */
export function oneLine(text: string): string {
  // Control characters and the two Unicode line separators by code: a pattern with named classes takes half a millisecond to
  // compile.
  // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
  return text.replaceAll(/[\0-\u001F\u007F-\u009F\u2028\u2029]+/g, ' ').trim();
}

/** Lines on a terminal: of control characters only newlines, tabs and colours are left. */
export function terminalText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this pattern removes
  return text.replaceAll(/(\u001B\[\d{1,2}m)|[\0-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]/g, '$1');
}

/** Markdown, also in a cell of a table. */
export const escapeCell = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\|*_`<>[\]~&]/g, (character) => `\\${character}`);

/** Markdown as Teams reads it: a name of somebody's file may hold a link. */
export const forTeams = (text: string): string => text.replaceAll(/[\\`*_[\]<>#]/g, '\\$&');

/** Slack has only these three special characters; without them nobody can be called by <!channel>. */
export const forSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** HTML, also inside an attribute. */
export const escapeHtml = (text: string): string => forSlack(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** The help of a Prometheus metric. */
export const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** A Prometheus label. A lone surrogate becomes U+FFFD on the way to UTF-8; a carriage return is legal inside. */
export const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"');

/** Nagios: a bar or a newline would start performance data or a second part. */
export const forNagios = (text: string): string => text.replaceAll(/[|\r\n]+/g, ' ');

/** The name before an address in a mail's header: ASCII, and nothing that ends the name. */
export const forMailName = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/[<>"]/g, '');

/** A cell of CSV. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One word for a shell, whatever is in it. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One word of a command line that somebody will copy. */
export const shellWord = (text: string): string => (/^[\w.:@%/+,=-]+$/.test(text) ? text : shellQuote(oneLine(text)));
