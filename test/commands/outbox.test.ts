// Runs the bundled ops-monitor outbox.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { mailSiteIn } from '../real/mail-site.ts';
import { readText, temporaryFolder } from '../world.ts';

async function siteWith(t: TestContext) {
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: 'alerts: { to: [webhook:chat], webhooks: { chat: { url: $OPS_CHAT_NOWHERE } } }',
  });
  site.look({ data: 91 });
  const { status, stderr } = await site.run('send-alerts');
  assert.equal(status, 0, stderr);
  const outbox = join(site.state, 'alerts', 'outbox');
  const filesIn = (folder: string): string[] =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const says = async (...argv: string[]) => {
    const ran = await site.run('outbox', { argv });
    return { ...ran, all: ran.stdout + ran.stderr };
  };
  const mails = (): object =>
    (JSON.parse(readText(join(site.state, 'alerts', 'state.json'))) as { mails: object }).mails;
  return { site, outbox, says, mails, waiting: () => filesIn(outbox), dead: () => filesIn(join(outbox, 'dead')) };
}

describe('commands/outbox', () => {
  test('lists and shows what waits, with recipients, attempts and the last reason', async (t) => {
    const { says, waiting } = await siteWith(t);
    const [id = ''] = waiting().map((name) => name.replace('.json', ''));
    const { status, stdout } = await says();
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^${id.replaceAll('.', '\\.')}  waiting  written \\d+s? .*ago  \\[ALERT \\S+\\] `));
    assert.match(
      stdout,
      /webhook:chat +waiting +1 attempt +next \d{4}-\d\d-\d\d \d\d:\d\d UTC +chat: .*OPS_CHAT_NOWHERE is not set/,
    );
    const [entry] = JSON.parse((await says('list', '--json')).stdout) as {
      id: string;
      recipients: { attempts: number }[];
    }[];
    assert.deepEqual([entry?.id, entry?.recipients[0]?.attempts], [id, 1]);
    assert.match((await says('show', id.slice(0, 8))).stdout, /storage:data/);
    const wrong = await says('show', 'nothing');
    assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /there is no mail nothing in the outbox/);
  });

  test('drops what waits, prints it, and it is not composed anew', async (t) => {
    const { says, waiting, mails, site } = await siteWith(t);
    const [id = ''] = waiting().map((name) => name.replace('.json', ''));
    assert.match((await says('drop', id, '--dry-run')).stdout, /Dropped:[^]*Dry run: nothing was changed/);
    assert.equal(waiting().length, 1);
    const { stdout, status } = await says('drop', id);
    assert.equal(status, 0);
    assert.match(stdout, /^Dropped:\n.*waiting[^]*webhook:chat/);
    assert.deepEqual([waiting(), mails()], [[], {}]);
    await site.run('send-alerts');
    assert.deepEqual(waiting(), []);
    assert.match((await says()).stdout, /The outbox is empty/);
  });

  test('retries what waits at once, and a dead letter', async (t) => {
    const { says, waiting, dead, outbox, site } = await siteWith(t);
    assert.match((await says('retry')).stderr, /retry ID, or retry --all/);
    assert.match((await says('retry', '--all')).stdout, /is sent again by the next run of send-alerts/);
    await site.run('send-alerts');
    assert.match((await says()).stdout, /1 attempt/);
    // As given up.
    const [name = ''] = waiting();
    const entry = JSON.parse(readText(join(outbox, name))) as { recipients: { state: string }[] };
    for (const one of entry.recipients) one.state = 'dead';
    writeFileSync(join(outbox, name), JSON.stringify(entry));
    await site.run('send-alerts');
    assert.deepEqual([waiting(), dead()], [[], [name]]);
    assert.match((await says()).stdout, /  dead  written/);
    assert.equal((await says('retry', name.replace('.json', ''))).status, 0);
    assert.deepEqual([waiting(), dead()], [[name], []]);
    const { stdout } = await site.run('send-alerts');
    assert.deepEqual([waiting(), dead()], [[name], []], stdout);
    assert.match((await says()).stdout, /waiting +1 attempt/);
  });

  test('shows why a damaged file was set aside, and cannot send it', async (t) => {
    const { says, waiting, dead, outbox, site } = await siteWith(t);
    writeFileSync(join(outbox, waiting()[0] ?? ''), '{"torn');
    await site.run('send-alerts');
    assert.deepEqual([waiting().length, dead().length], [1, 1], 'it was composed anew');
    const id = (dead()[0] ?? '').replace('.json', '');
    assert.match((await says('show', id)).stdout, /damaged-\w+ {2}dead\n {2}it cannot be read/);
    assert.match((await says('retry', id)).stderr, /cannot be sent/);
    assert.equal((await says('drop', id)).status, 0);
    assert.deepEqual(dead(), []);
  });
});
