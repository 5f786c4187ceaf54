// Parses /proc/net/tcp and /proc/net/tcp6: the ports of this machine on which a program listens.

export interface Listener {
  readonly port: number;
  /** `any`: every address of this machine. `other`: one address that other machines use. */
  readonly on: 'any' | 'loopback' | 'other';
  readonly version: 4 | 6;
}

const listening = '0A';

/** The kernel writes each 32 bit word of an address in the byte order of the processor: little-endian. */
export function parseListening(text: string): Listener[] {
  return text.split('\n').flatMap((line) => {
    const [, address = '', port = '', state] =
      /^\s*\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) /.exec(line) ?? [];
    if (state !== listening) return [];
    return [{ port: Number.parseInt(port, 16), on: placeOf(address), version: address.length === 8 ? 4 : 6 }];
  });
}

function placeOf(address: string): Listener['on'] {
  if (/^0+$/.test(address)) return 'any';
  const isLoopback = /^([\dA-F]{6}7F|0{24}01000000|0{16}FFFF0000[\dA-F]{6}7F)$/.test(address);
  return isLoopback ? 'loopback' : 'other';
}
