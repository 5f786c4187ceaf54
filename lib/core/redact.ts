// Redacts recorded text: host names, user names, and whatever looks like a secret.
import { escapePattern } from './text.ts';

export interface Identity {
  readonly hostname: string;
  readonly user: string;
  readonly bootId: string;
}

/** The same input always gets the same replacement, so that a recording stays consistent. */
export function redactor({ hostname, user, bootId }: Identity): (text: string) => string {
  const rules: [RegExp, string][] = [
    [/\b(user(?:name)?|pass(?:word|wd)?|secret|token|key|credentials?|dsn)=[^,\s"&]+/gi, '$1=redacted'],
    [/(https?:\/\/)[^/\s@"]+@/g, '$1'],
    [/([?&][\w.-]+=)[^&\s"]+/g, '$1redacted'],
    [/\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g, 'someone@example.org'],
    [/\b(?!127\.)(?:\d{1,3}\.){3}\d{1,3}\b/g, '192.0.2.1'],
    [/\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b/gi, '2001:db8::1'],
    [/(?<![\w:])(?:[0-9a-f]{1,4}:)*[0-9a-f]{2,4}::(?:[0-9a-f]{1,4}:)*[0-9a-f]{1,4}\b/gi, '2001:db8::1'],
  ];
  // Short names would match inside other words; `root` identifies nobody.
  if (hostname.length > 3) rules.push([wordOf(hostname), 'recorded']);
  if (user.length > 2 && user !== 'root') rules.push([wordOf(user), 'user']);
  if (bootId !== '') rules.push([new RegExp(escapePattern(bootId), 'g'), '00000000-0000-4000-8000-000000000000']);
  return (text) => rules.reduce((cleaned, [pattern, replacement]) => cleaned.replaceAll(pattern, replacement), text);
}

const wordOf = (text: string): RegExp => new RegExp(`(?<![\\w-])${escapePattern(text)}(?![\\w-])`, 'g');
