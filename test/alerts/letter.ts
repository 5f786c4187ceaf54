// A composed mail and its recipients, for the tests of transports.
import type { Mail } from '../../lib/contract/mail.ts';

export const mail: Mail = {
  message_id: '<a.1@vm>',
  from: 'ops@example.org',
  raw: [
    'From: Monitor <ops@example.org>',
    'To: a@example.org,',
    ' b@example.org',
    'Subject: =?UTF-8?Q?=C3=9Cber?=',
    ' =?UTF-8?Q?hitzung?=',
    'Message-ID: <a.1@vm>',
    'Auto-Submitted: auto-generated',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '=C3=9Cber: 45 C',
    '',
    '.',
    '',
  ].join('\r\n'),
};

export const addresses = ['a@example.org', 'b@example.org', 'c@example.org'] as const;
