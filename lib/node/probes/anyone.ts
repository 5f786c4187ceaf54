// Asks anon 0.4.10, or tor, from which it is made, by its control port.
import { Absent, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine } from '../../core/text.ts';
import { type ControlReply, parseBootstrap, parseControlReplies } from '../../parse/control.ts';
import { isResponsive } from '../ask.ts';
import { attempt, converseOf, defineProbe, failing, readParts } from '../define.ts';
import { addressIn, findPrograms, portsOf } from '../find.ts';
import { kinds } from '../kinds.ts';
import { anyone as section } from '../sections/anyone.ts';

const usual = { orPort: '9001', socksPort: '9050' };

/** Where the packages of Debian put the control socket. The cookie is as secret as a password, so it goes only to the socket beside it. */
const sockets = [
  { control: '/run/anon/control', cookie: '/run/anon/control.authcookie' },
  { control: '/run/tor/control', cookie: '/run/tor/control.authcookie' },
] as const;

export const anyone = defineProbe({
  name: 'anyone',
  summary: 'relay and client of Anyone or tor: bootstrap, fingerprint, ports',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { control, cookie, password } = config.node.anyone;
    const found = await findPrograms(host, run, kinds.anyone).catch((error: unknown) => {
      if (control !== undefined && error instanceof Absent) return undefined;
      throw error;
    });
    const place = control === undefined ? await usualSocket(host) : { control, cookie };
    const asked = await attempt(() => askAll(host, place, password));
    const listens = async (port: string) =>
      (await portsOf(host, run)).some((one) => one.proto === 'tcp' && one.port === Number(port));
    // The unit anon.service is a oneshot that starts nothing: only its instances and processes count.
    const isRunning = found === undefined ? undefined : found.processes.length > 0;
    const { orPort, socksPort, ...answered } =
      'answer' in asked ? asked.answer : { orPort: undefined, socksPort: undefined };
    const mode = orPort === undefined ? undefined : orPort === '0' ? 'client' : 'relay';
    return readParts({
      found: async () =>
        withoutUndefined({
          address: place?.control,
          found_by: found?.because ?? 'the configuration',
          mode,
          control_listening: 'answer' in asked ? true : isResponsive(asked.failure),
          ...answered,
        }),
      ...('failure' in asked ? { control: failing(asked.failure) } : {}),
      ports: async () => {
        const relay = await listens(portOf(orPort) ?? usual.orPort);
        const socks = await listens(portOf(socksPort) ?? usual.socksPort);
        const isRelay = mode === undefined ? relay : mode === 'relay';
        return {
          orport_listening: relay,
          socks_listening: socks,
          ...(isRunning === undefined ? {} : { relay_active: isRunning && isRelay, client_active: isRunning && socks }),
        };
      },
    });
  },
});

interface Place {
  readonly control: string;
  readonly cookie: string | undefined;
}

async function usualSocket(host: Host): Promise<Place | undefined> {
  for (const place of sockets) {
    const isThere = await host.stat(place.control).then(
      () => true,
      // Where its folder is closed to this user, the attempt to ask gives the reason.
      (error: unknown) => !isMissing(error),
    );
    if (isThere) return place;
  }
  return undefined;
}

async function askAll(host: Host, place: Place | undefined, password: string | undefined) {
  if (place === undefined)
    throw new Error('it has no control socket where its package puts it; node.anyone.control names another place');
  const cookie = password === undefined ? await readCookie(host, place.cookie) : undefined;
  const rest = [
    'GETINFO status/bootstrap-phase status/circuit-established status/reachability-succeeded version',
    'GETCONF ORPort SocksPort Nickname',
    // A client has no fingerprint, and answers with an error.
    'GETINFO fingerprint',
    'QUIT',
  ].join('\r\n');
  const steps = cookie ? 2 : 1;
  const refusalIn = (replies: readonly ControlReply[]) => replies.slice(0, steps).find(({ code }) => code !== 250);
  const text = await converseOf(host).converse({
    with: place.control.startsWith('/') ? { path: place.control } : addressIn(place.control),
    cookie,
    secret: password,
    send: (known) => {
      const login = cookie ? ` ${known}` : password === undefined ? '' : quoted(known);
      return `AUTHENTICATE${login}\r\n${rest}\r\n`;
    },
    // After a refusal the program closes the connection, and no other reply comes.
    isWhole: (reply) => {
      const replies = parseControlReplies(reply);
      return replies.length >= steps + 4 || refusalIn(replies) !== undefined;
    },
    mostBytes: 64 * 1024,
    seconds: 3,
  });
  const replies = parseControlReplies(text);
  const refusal = refusalIn(replies);
  if (refusal) throw new Error(`it refuses the login: ${firstLine(refusal.text, 120)}`);
  const [info, conf, identity] = replies.slice(steps);
  if (info?.code !== 250 || conf?.code !== 250)
    throw new Error(`it refuses a question: ${firstLine(`${info?.text} ${conf?.text}`, 120)}`);
  const phase = parseBootstrap(info.values['status/bootstrap-phase'] ?? '');
  const reachability = info.values['status/reachability-succeeded'] ?? '';
  const isRelay = (conf.values['ORPort'] ?? '0') !== '0';
  return {
    orPort: conf.values['ORPort'] ?? '0',
    socksPort: conf.values['SocksPort'],
    ...withoutUndefined({
      bootstrap_pct: phase,
      bootstrapped: phase === 100,
      circuit_established: { 1: true, 0: false }[info.values['status/circuit-established'] ?? ''],
      reachable: isRelay ? { 1: true, 0: false }[/\bOR=(\d)/.exec(reachability)?.[1] ?? ''] : undefined,
      version: info.values['version'] && firstLine(info.values['version'], 80),
      fingerprint: identity?.values['fingerprint'] && firstLine(identity.values['fingerprint'], 80),
      nickname: conf.values['Nickname'] && firstLine(conf.values['Nickname'], 40),
    }),
  };
}

const quoted = (secret: string): string => ` "${secret.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/** Undefined where there is no cookie: the program may want none. */
const readCookie = (host: Host, cookie: string | undefined): Promise<Uint8Array | undefined> =>
  cookie === undefined
    ? Promise.resolve(undefined)
    : host.readBytes(cookie).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });

/** `9001`, `127.0.0.1:9001`, `9001 IPv4Only` → `9001`. */
const portOf = (text: string | undefined): string | undefined => /(?:^|:)(\d{1,5})(?: |$)/.exec(text ?? '')?.[1];
