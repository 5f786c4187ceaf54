import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseBootstrap, parseControlReplies } from '../../lib/parse/control.ts';
import { refuses } from './refuses.ts';

describe('parse/control', () => {
  test('reads values, also those of several lines', () => {
    const text =
      '250 OK\r\n250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"\r\n' +
      '250-fingerprint=00AA\r\n250+config-text=\r\nORPort 9001\r\n..dotted\r\n.\r\n250 OK\r\n515 Authentication failed\r\n250-left=1';
    assert.deepEqual(parseControlReplies(text), [
      { code: 250, values: {}, text: 'OK' },
      {
        code: 250,
        values: {
          'status/bootstrap-phase': 'NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
          fingerprint: '00AA',
          'config-text': 'ORPort 9001\n.dotted',
        },
        text: 'OK',
      },
      { code: 515, values: {}, text: 'Authentication failed' },
    ]);
    assert.deepEqual(parseControlReplies('250+x=\r\nno end\r\n'), []);
  });

  test('reads a reply of many keys in a moment: whoever listens there must not hold up the other readings', () => {
    const count = 6000;
    const lines = Array.from({ length: count }, (_, index) => `250-k${index}=\r\n`).join('');
    const before = performance.now();
    const [reply] = parseControlReplies(`${lines}250 OK\r\n`);
    assert.ok(performance.now() - before < 500, 'it took long');
    assert.equal(Object.keys(reply?.values ?? {}).length, count);
  });

  test('refuses what is not a reply', () => {
    const parseLine = (line: string) => parseControlReplies(`${line}\r\n`);
    refuses(parseLine, ['HTTP/1.1 200 OK', '25 OK', ''], 3);
  });

  test('reads the progress of the bootstrap', () => {
    assert.equal(parseBootstrap('NOTICE BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting to a relay"'), 5);
    refuses(parseBootstrap, ['', 'NOTICE BOOTSTRAP', 'PROGRESS=101', 'PROGRESS=-1'], 4);
  });
});
