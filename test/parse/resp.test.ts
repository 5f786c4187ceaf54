import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseReplies, respCommand, RespError } from '../../lib/parse/resp.ts';
import { refuses } from './refuses.ts';

describe('parse/resp', () => {
  test('reads each kind of reply; integers keep all their digits', () => {
    const members = '*1\r\n*3\r\n$14\r\n127.0.0.1:3322\r\n:1764583215123456789\r\n$4\r\ntrue\r\n';
    assert.deepEqual(parseReplies(`+PONG\r\n:-7\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n${members}`), {
      replies: ['PONG', '-7', null, null, [], '', [['127.0.0.1:3322', '1764583215123456789', 'true']]],
      isWhole: true,
    });
    assert.deepEqual(parseReplies('-NOAUTH Authentication required\r\n').replies, [
      new RespError('NOAUTH Authentication required'),
    ]);
  });

  test('a reply that arrives in parts is whole with its last byte, and not before', () => {
    const text = '*2\r\n$5\r\nab\r\nc\r\n:1\r\n';
    for (let end = 1; end < text.length; end++)
      assert.deepEqual(
        parseReplies(text.slice(0, end)),
        { replies: [], isWhole: false },
        JSON.stringify(text.slice(0, end)),
      );
    assert.deepEqual(parseReplies(text), { replies: [['ab\r\nc', '1']], isWhole: true });
  });

  test('refuses what is not RESP', () => {
    refuses(parseReplies, ['HTTP/1.1 400 Bad Request\r\n', ':one\r\n', '$x\r\n', '*-2\r\n', '\r\n'], 5);
    assert.throws(() => parseReplies('$1\r\nabc\r\n'), /does not end where it should/);
    assert.throws(() => parseReplies('*1\r\n'.repeat(40)), /more than/);
    assert.throws(() => parseReplies(`*100001\r\n${':1\r\n'.repeat(100_001)}`), /more than 100000 parts/);
    // The announced length alone takes no memory.
    assert.deepEqual(parseReplies('*999999\r\n'), { replies: [], isWhole: false });
    assert.deepEqual(parseReplies('$999999999\r\nx'), { replies: [], isWhole: false });
  });

  test('a command counts the bytes of its words', () => {
    assert.equal(respCommand('AUTH', 'ü'), '*2\r\n$4\r\nAUTH\r\n$2\r\nü\r\n');
  });
});
