// Says in words of operators why a connection failed or a certificate is refused. For an unknown error the library's words stay.

const connections: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused: nothing listens there',
  ECONNRESET: 'the connection was closed before an answer came',
  EPIPE: 'the connection was closed before an answer came',
  ETIMEDOUT: 'the machine does not answer',
  EHOSTUNREACH: 'there is no route to the machine',
  ENETUNREACH: 'there is no route to the machine',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved now: the name server does not answer',
  EPROTO: 'the server does not speak TLS as we do',
};

/** `code` is that of Node's error; undefined where there are no better words than the error's own. */
export function connectionWords(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (Object.hasOwn(connections, code)) return connections[code];
  if (Object.hasOwn(certificates, code)) return `its certificate is refused: ${certificates[code]}`;
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/.test(code)
    ? 'the server does not speak TLS there'
    : undefined;
}

const certificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself, not by an authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority that signed it is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority that signed it is not known here',
  CERT_UNTRUSTED: 'the authority that signed it is not trusted',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet, or the clock of this machine is wrong',
  CERT_REVOKED: 'it was revoked',
  CERT_CHAIN_TOO_LONG: 'its chain is too long',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  INVALID_CA: 'a certificate in its chain is not that of an authority',
  INVALID_PURPOSE: 'it was not made for web servers',
  HOSTNAME_MISMATCH: 'it was made for another name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it was made for another name',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'its first day is no date',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'its last day is no date',
};

/** `problem` is a code of OpenSSL or Node, or a message. */
export const certificateWords = (problem: string): string =>
  Object.hasOwn(certificates, problem) ? (certificates[problem] ?? '') : problem.toLowerCase().replaceAll('_', ' ');
