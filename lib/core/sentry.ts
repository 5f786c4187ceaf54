// Builds Sentry URLs and envelopes by hand: the SDK costs two process starts.
import { oneLine } from './harmless.ts';
import { firstLine } from './text.ts';

export interface SentryProject {
  readonly checkInUrl: string;
  readonly envelopeUrl: string;
  readonly key: string;
}

/** Parses a DSN (`https://KEY@HOST/PROJECT`) or the address of a cron monitor
 * (`https://HOST/api/PROJECT/cron/NAME/KEY/`): Sentry's pages offer both. Undefined for any other text. The text is a
 * secret. */
export function sentryProject(text: string, monitor: string): SentryProject | undefined {
  const url = URL.parse(text.trim());
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const cron = /^(.*)\/api\/(\w+)\/cron\/([^/]+)\/(\w+)\/?$/.exec(url.pathname);
  const dsn = /^(.*)\/(\d+)\/?$/.exec(url.pathname);
  const [, path = '', project = ''] = cron ?? dsn ?? [];
  const key = cron ? (cron[4] ?? '') : url.username;
  if (project === '' || !/^\w+$/.test(key)) return undefined;
  const base = `${url.protocol}//${url.host}${path}/api/${project}`;
  return {
    checkInUrl: `${base}/cron/${cron?.[3] ?? encodeURIComponent(monitor)}/${key}/`,
    envelopeUrl: `${base}/envelope/`,
    key,
  };
}

export interface SentryEvent {
  /** 32 hex digits; Sentry drops a second event with the same id. */
  readonly event_id: string;
  /** Unix time. */
  readonly timestamp: number;
  readonly level: 'warning';
  readonly logger: string;
  readonly server_name: string;
  readonly environment: string;
  readonly release: string;
  readonly platform: 'node';
  readonly message: { readonly formatted: string };
  readonly tags: Readonly<Record<string, string>>;
  /** Events with the same fingerprint form one issue. */
  readonly fingerprint: readonly string[];
  readonly extra: Readonly<Record<string, unknown>>;
}

export function envelopeOf(event: SentryEvent, sentAt: Date): string {
  const header = { event_id: event.event_id, sent_at: sentAt.toISOString() };
  const item = { type: 'event', content_type: 'application/json' };
  const sent: SentryEvent = { ...event, tags: tagsOf(event.tags) };
  return `${[header, item, sent].map((part) => JSON.stringify(part)).join('\n')}\n`;
}

/** Why a reply that means success does not come from Sentry: a login page or a proxy answers 200 to everything. Sentry
 * answers an event with its id and a check-in with nothing. */
export function whyNotSentry(body: string): string | undefined {
  const text = body.trim();
  if (text === '') return undefined;
  try {
    const said: unknown = JSON.parse(text);
    const keys = typeof said === 'object' && said !== null && !Array.isArray(said) ? Object.keys(said) : ['?'];
    if (keys.length === 0 || keys.includes('id')) return undefined;
  } catch {
    // The body is not JSON.
  }
  return `the answer is not from Sentry, but from a login page or a proxy: ${firstLine(text, 60)}`;
}

/** Sentry drops a tag with a newline or an empty value, and cuts values after 200 characters with an error. */
const tagsOf = (tags: SentryEvent['tags']): SentryEvent['tags'] =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) => {
      const line = oneLine(value);
      return line === '' ? [] : [[name, line.slice(0, 200).toWellFormed()]];
    }),
  );
