// Whose fault a refusal is.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Blame, blameOf, type Step } from '../../lib/alerts/blame.ts';

describe('alerts/blame', () => {
  test('only an unknown recipient or a mail that nobody would take is final', () => {
    const cases: [reply: number | undefined, words: string, Step, Blame][] = [
      [undefined, 'no answer', 'sender', 'later'],
      [450, '450 4.1.8 Sender address rejected: Domain not found', 'recipient', 'later'],
      [553, '553 <x> not allowed as sender', 'sender', 'set-up'],
      [550, '550 5.1.8 domain does not exist', 'sender', 'set-up'],
      [530, '530 5.7.0 Authentication required', 'sender', 'set-up'],
      [552, '552 5.3.4 message size exceeds limit', 'sender', 'content'],
      [
        550,
        '550 5.1.1 <a@x>: Recipient address rejected: User unknown in relay recipient table',
        'recipient',
        'recipient',
      ],
      [550, '550 5.1.10 RESOLVER.ADR.RecipientNotFound', 'recipient', 'recipient'],
      [550, '550 no such user', 'recipient', 'recipient'],
      [553, '553 5.1.3 bad address', 'recipient', 'recipient'],
      [552, '552 5.2.2 mailbox full', 'recipient', 'recipient'],
      [553, '553 5.7.1 <ops@x>: Sender address rejected: not owned by user bot', 'recipient', 'set-up'],
      [550, '550 5.1.8 <ops@x>: Sender address rejected: Domain not found', 'recipient', 'set-up'],
      [554, '554 5.7.1 <a@x>: Relay access denied', 'recipient', 'set-up'],
      [550, '550 relay not permitted', 'recipient', 'set-up'],
      [550, '550 Sender verify failed', 'recipient', 'set-up'],
      [503, '503 5.5.1 Error: need authentication', 'recipient', 'recipient'],
      [535, '535 5.7.8 bad credentials', 'recipient', 'set-up'],
      [554, '554 5.7.1 spam', 'content', 'content'],
      [550, '550 5.7.26 unauthenticated mail from this domain (DMARC)', 'content', 'set-up'],
    ];
    assert.ok(cases.length >= 20);
    for (const [reply, words, step, blame] of cases)
      assert.equal(blameOf(reply, words, step), blame, `${step}: ${words}`);
  });
});
