// Takes over from a machine only what is known to be harmless: numbers, times, and words that the kernel, systemd, git or the
// configuration's own names and paths use. Every other word becomes `w1`, `w2`, …, the same word always the same, so that a
// recording stays consistent. Looking for what seems secret instead would miss most forms in which secrets are written.

export interface Redactor {
  /** Output of programs, paths and messages of errors. */
  readonly words: (text: string) => string;
  readonly file: (path: string, text: string) => string;
  /** More words that are known: those of our own command lines. */
  readonly learn: (text: string) => void;
}

/** `known`: names and paths that the configuration gives to what is watched. */
export function makeRedactor(known: Iterable<string>): Redactor {
  const harmless = new Set(systemWords.split(/\s+/));
  const pseudonyms = new Map<string, string>();
  const learn = (text: string): void => {
    for (const [word] of text.matchAll(wordPattern)) harmless.add(word);
  };
  for (const text of known) learn(text);
  const pseudonymOf = (word: string): string => {
    const found = pseudonyms.get(word) ?? `w${pseudonyms.size + 1}`;
    pseudonyms.set(word, found);
    return found;
  };
  const words = (text: string): string =>
    text
      .replaceAll(/[\p{Cc}\p{Cf}]/gu, (mark) => ('\n\t\0'.includes(mark) ? mark : ''))
      .replaceAll(/(?<![\d.])(?!127\.)(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g, '192.0.2.1')
      .replaceAll(wordPattern, (word) => (harmless.has(word) || isNumber(word) ? word : pseudonymOf(word)));
  /** Numbers in prose may be a PIN or a telephone number; a time may not. */
  const prose = (text: string): string =>
    isTime(text) ? text : words(text).replaceAll(/\d{3,}/g, (digits) => '0'.repeat(digits.length));
  return {
    words,
    learn,
    file: (path, text) => {
      if (path === '/proc/sys/kernel/random/boot_id') return '00000000-0000-4000-8000-000000000000\n';
      const lineOf = { '/proc/self/mountinfo': mountLine, '/etc/fstab': fstabLine }[path];
      if (lineOf)
        return text
          .split('\n')
          .map((line) => lineOf(line, words))
          .join('\n');
      // The kernel writes names and numbers there, and nothing of a user.
      if (path.startsWith('/proc/') && !/^\/proc\/(\d+|self)\//.test(path))
        return text
          .split('\n')
          .filter((line) => line === '' || /^[\w()]*:?[\s\d.:/]*( kB)?$/.test(line))
          .join('\n');
      const json = parsed(text);
      return json === undefined ? words(text) : JSON.stringify(inJson(json, words, prose), undefined, 1);
    },
  };
}

const wordPattern = /[\p{L}\p{N}]+/gu;

/** Digits, hexadecimal hashes of git aside: `20261120T0900Z`, `4096kB`, `5min`. */
const isNumber = (word: string): boolean =>
  /^\d{1,20}$/.test(word) ||
  /^\d{2,8}T\d{2,6}Z?$/.test(word) ||
  /^\d{1,12}([kKMGT]i?B?|B|ms|us|s|min|h|d|Z)$/.test(word);

export const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text);

/** Ids, device, folders, type and `rw` or `ro`: options of a network mount name users, passwords and keys. */
function mountLine(line: string, words: (text: string) => string): string {
  const fields = line.split(' ');
  const separator = fields.indexOf('-', 6);
  if (separator < 0) return '';
  const [id, parent, device, root = '', point = ''] = fields;
  const [type = '', source = '', options = ''] = fields.slice(separator + 1);
  const access = options.split(',').find((one) => one === 'ro' || one === 'rw') ?? 'rw';
  return [
    id,
    parent,
    device,
    words(root),
    words(point),
    access,
    '-',
    type.replaceAll(/[^\w.-]/g, ''),
    words(source),
    access,
  ].join(' ');
}

/** Device, folder, type, and whether it is mounted at boot: the other options may hold a password. */
function fstabLine(line: string, words: (text: string) => string): string {
  const [device = '', point = '', type = '', options = ''] = line.trim().split(/[ \t]+/);
  if (device.startsWith('#') || point === '') return '';
  const atBoot = options.split(',').includes('noauto') ? 'noauto' : 'defaults';
  return [words(device), words(point), type.replaceAll(/[^\w.-]/g, ''), atBoot].join(' ');
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function inJson(value: unknown, words: (text: string) => string, prose: (text: string) => string): unknown {
  if (typeof value === 'string') return prose(value);
  if (Array.isArray(value)) return value.map((one) => inJson(one, words, prose));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [words(key), inJson(one, words, prose)]));
}

/** Words of the kernel, systemd, git, Node's errors and of summaries of gates. */
const systemWords = `
a all an and at by cannot could did does failed file files for found from in is it no not of on or such the this to was with
directory folder permission denied operation permitted not supported timeout timed out reached connection refused reset
ENOENT EACCES EPERM ENOTDIR EISDIR ELOOP EIO ESTALE ETIMEDOUT ECONNREFUSED ECONNRESET ENOTFOUND EHOSTUNREACH ENOSPC EROFS
lstat stat open scandir statfs realpath access read readdir getaddrinfo connect spawn
proc sys dev run var lib log etc usr bin sbin home root tmp opt srv mnt media data boot efi systemd system user shm kernel self
mountinfo meminfo vmstat loadavg uptime random timesync clock pts mqueue hugepages debug tracing cgroup bpf fuse ctl configfs
sda sdb sdc vda vdb nvme0n1 nvme1n1 dm mapper tmpfs proc sysfs devtmpfs devpts overlay ext2 ext3 ext4 xfs btrfs zfs nfs nfs4 cifs
autofs udev none local snapshot fstab UUID LABEL PARTUUID PARTLABEL
yes no true false n a success failed done dead active inactive activating deactivating reloading running exited waiting elapsed
mounted listening plugged loaded error masked bad setting enabled disabled static indirect generated transient alias linked auto
start limit hit exit code signal core dump watchdog resources oom kill protocol simple forking oneshot dbus notify idle exec
service timer socket mount automount target path slice scope swap device UTC GMT
Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
branch oid head upstream ab initial detached main master origin HEAD end N M A D R C U S refs heads remotes
status level verdict passed pass ok warning warn amber green red unknown time timestamp reason reasons counts checks summary
kB KiB MB MiB GB GiB TB TiB KB schema version used total free available bytes quota limit size blocks usage capacity percent
http https www example org com net localhost GET
`;
