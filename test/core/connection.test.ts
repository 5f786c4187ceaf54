import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { certificateWords, connectionWords } from '../../lib/core/connection.ts';

describe('core/connection', () => {
  test('certificateWords says what is wrong without codes and quotes', () => {
    const codes =
      'DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_HAS_EXPIRED CERT_NOT_YET_VALID ' +
      'ERR_TLS_CERT_ALTNAME_INVALID UNABLE_TO_GET_ISSUER_CERT_LOCALLY SOME_NEW_CODE constructor';
    for (const code of codes.split(' ')) assert.match(certificateWords(code), /^[a-z ,:]+$/, code);
    assert.equal(certificateWords('DEPTH_ZERO_SELF_SIGNED_CERT'), 'it is signed by itself, not by an authority');
    assert.ok(codes.split(' ').length >= 9);
  });

  test('connectionWords says why no answer came, and leaves unknown errors to their own words', () => {
    const codes = 'ECONNREFUSED ECONNRESET ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN EPROTO HPE_INVALID_CONSTANT';
    for (const code of codes.split(' ')) assert.match(connectionWords(code) ?? '', /^[a-zTHLSP :]+$/, code);
    assert.ok(codes.split(' ').length >= 8);
    for (const code of ['EWHATEVER', 'toString', undefined]) assert.equal(connectionWords(code), undefined);
  });
});
