// Parses the names of machines in an ssh_config. Nothing else of the file is taken over: other lines may name users and keys.

/** The names after `Host`, without patterns and exclusions. A name that ssh would read as an option is left out. */
export function parseSshHosts(text: string): string[] {
  const names = text.split('\n').flatMap((line) => {
    const words = /^\s*host(?:\s*=\s*|\s+)(\S.*)$/i.exec(line)?.[1] ?? '';
    return words.split(/\s+/).map((word) => word.replaceAll('"', ''));
  });
  return [...new Set(names.filter((name) => /^[A-Za-z0-9_][\w.@:-]*$/.test(name)))];
}
