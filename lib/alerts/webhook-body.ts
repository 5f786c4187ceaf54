// The request bodies of webhooks: JSON for programs, and the formats of ntfy, Slack and Teams.
import type { Notification, NotifiedAlert } from '../contract/mail.ts';
import { formatBound, formatScalar } from '../core/quantity.ts';
import { escapeForSlack, escapeForTeams, oneLine } from '../core/harmless.ts';

export const webhookStyles = ['json', 'ntfy', 'slack', 'teams'] as const;

type WebhookStyle = (typeof webhookStyles)[number];

export interface WebhookConfig {
  readonly url: string;
  readonly style: WebhookStyle;
  readonly token?: string | undefined;
}

type Compose = (url: string, news: Notification, messageId: string) => { readonly url: string; readonly body: unknown };

/** Style → URL and body of the request; only ntfy changes the URL. */
export const webhookRequests: Record<WebhookStyle, Compose> = {
  // The receiver recognises a duplicate by its message_id.
  json: (url, news, message_id) => ({ url, body: { schema_version: 1, message_id, ...news } }),

  // As JSON, posted to the server’s root with the topic in the body: title and tags as headers would have to be ASCII.
  ntfy: (url, { subject, text, alerts }) => {
    const target = new URL(url);
    const parts = target.pathname.split('/').filter(Boolean);
    const topic = parts.pop() ?? '';
    target.pathname = `/${parts.join('/')}`;
    const bad = alerts.some(isBad);
    const body = {
      topic: decodeURIComponent(topic),
      title: cut(subject, 250),
      // ntfy turns a message of more than 4,096 bytes into an attachment.
      message: joinWhole(linesOf(alerts, text), 3900),
      priority: bad ? 4 : 3,
      tags: [bad ? 'rotating_light' : 'white_check_mark'],
    };
    return { url: target.href, body };
  },

  slack: (url, { subject, text, alerts }) => ({
    url,
    body: {
      text: joinWhole([`*${escapeForSlack(subject)}*`, ...linesOf(alerts, text).map(escapeForSlack)], 30_000),
      unfurl_links: false,
    },
  }),

  // An adaptive card, which the webhooks of Workflows and of the old connectors accept.
  teams: (url, { subject, text, alerts }) => ({
    url,
    body: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            body: [
              { ...textBlock(cut(subject, 250)), weight: 'Bolder', color: alerts.some(isBad) ? 'Attention' : 'Good' },
              ...(alerts.length === 0 ? [textBlock(text)] : []),
              // Teams accepts at most 28 kB.
              ...alerts
                .slice(0, 20)
                .flatMap((one) => [
                  textBlock(`${word(one)}  ${one.id}: ${cut(one.message, 400)}`),
                  {
                    type: 'FactSet',
                    facts: factsOf(one).map(([title, value]) => ({ title, value: escapeForTeams(value) })),
                  },
                ]),
              ...(alerts.length > 20 ? [textBlock(`and ${alerts.length - 20} more`)] : []),
            ],
          },
        },
      ],
    },
  }),
};

const textBlock = (text: string) => ({ type: 'TextBlock', text: escapeForTeams(text), wrap: true });

const isBad = ({ kind }: NotifiedAlert): boolean => kind !== 'recovery' && kind !== 'vanished';

const word = ({ kind }: NotifiedAlert): string =>
  ({ opening: '🔴', escalation: '🔴', repeat: '🟠', recovery: '🟢', vanished: '⚪' })[kind];

function factsOf(told: NotifiedAlert): [string, string][] {
  const { since, value, unit, limit, runbook } = told;
  const shown = `${formatScalar(value, unit)}, limit ${formatScalar(limit, unit, formatBound)}`;
  return [
    ['since', `${since.slice(0, 16).replace('T', ' ')} UTC`],
    ...(!isBad(told) ? [] : ([['value', oneLine(shown)]] satisfies [string, string][])),
    ['runbook', runbook],
  ];
}

/** A test has no alerts, only a text. */
const linesOf = (alerts: readonly NotifiedAlert[], text: string): string[] =>
  alerts.length === 0 ? [text] : alerts.map(plainLines);

const plainLines = (told: NotifiedAlert): string =>
  [
    `${word(told)} ${oneLine(told.id)}: ${oneLine(told.message)}`,
    ...factsOf(told).map(([title, value]) => `${title}: ${value}`),
  ].join('\n');

/** As many whole entries as fit into so many bytes, then how many are left out. Only a single entry that is too long is cut. */
function joinWhole(entries: readonly string[], mostBytes: number): string {
  const all = entries.join('\n\n');
  if (Buffer.byteLength(all) <= mostBytes) return all;
  const room = mostBytes - 40;
  let bytes = 0;
  const fitting = entries.findIndex((entry) => (bytes += Buffer.byteLength(entry) + 2) > room);
  const whole = fitting > 0 ? entries.slice(0, fitting) : entries.slice(0, 1).map((entry) => cut(entry, room / 4));
  const left = entries.length - whole.length;
  return [...whole, ...(left > 0 ? [`and ${left} more`] : [])].join('\n\n');
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
