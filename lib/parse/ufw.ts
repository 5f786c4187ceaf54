// Parses `ufw status`, as ufw 0.36 prints it in the locale C.

interface Ufw {
  readonly active: boolean;
  /** Rules as they are printed, with single blanks. */
  readonly rules: readonly string[];
}

export function parseUfwStatus(text: string): Ufw {
  const lines = text.split('\n').map((line) => line.replaceAll(/\s+/g, ' ').trim());
  const status = lines.find((line) => line.startsWith('Status: '))?.slice('Status: '.length);
  if (status !== 'active' && status !== 'inactive')
    throw new Error(`not the status of ufw: ${JSON.stringify(text.slice(0, 80))}`);
  const rules = lines.filter((line) => / (?:ALLOW|DENY|REJECT|LIMIT)\b/.test(line));
  return { active: status === 'active', rules };
}
