// Puts the report's program on a node over ssh, with the line for sudoers. It is the only thing that the fleet monitor ever writes on a
// node, and only when a person asks for it.
import { randomUUID } from 'node:crypto';
import { shellQuote, shellWord } from '../core/harmless.ts';
import { formatLimit } from '../core/quantity.ts';
import { firstLine } from '../core/text.ts';
import { type AskSettings, type Destination, reasonBeforeCommand, sshArguments } from './ask-node.ts';
import { runProgram } from './program.ts';
import { namesForSsh } from './ssh.ts';
import { pickVariables } from './variables.ts';

const installedPath = '/usr/local/bin/ops-monitor';
/** sudo obeys the last rule that matches, and reads these files in the order of their names. */
const sudoersPath = '/etc/sudoers.d/zz-ops-monitor';

/** Every version of the program contains this text: a file that contains it is an ops-monitor, and may be replaced. */
const ownText = 'node-report needs Node 20 or later';

export const isReportProgram = (file: Uint8Array): boolean =>
  Buffer.from(file.buffer, file.byteOffset, file.length).includes(ownText);

/** What installOnNode would do, in words, and the commands that would run as root. */
export function describeInstallation({ target }: Destination, file: string): readonly string[] {
  const [user] = target.includes('@') ? target.split('@') : ['USER'];
  return [
    `would log in to ${target} by ssh, and copy ${file} to a new folder there`,
    `would put it in place as ${installedPath}, unless the same is there already or it is something else`,
    ...(user === 'root'
      ? []
      : [
          `would write one line into ${sudoersPath}${user === 'USER' ? ', with the user of the login as USER' : ''}:`,
          `  ${sudoersLine(user ?? '')}`,
        ]),
    `would run there, as root${user === 'root' ? '' : ' by sudo -n'}, with $1 the new folder and $2 the user of the login:`,
    ...asRoot
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    'would then ask the node for its report',
  ];
}

const sudoersLine = (user: string): string => `${user} ALL=(root) NOPASSWD: ${installedPath} node-report --json`;

/** Returns what was done, a line each. Throws with the reason where the program could not be put there. */
export async function installOnNode(
  node: Destination,
  settings: Pick<AskSettings, 'configFile' | 'connectMs'>,
  program: Uint8Array,
  seconds: number,
): Promise<readonly string[]> {
  const mark = `ops-monitor-${randomUUID()}`;
  const done = await runProgram({
    // The program will run as root there, so it goes only to a machine whose host key is known.
    argv: sshArguments(
      node,
      { ...settings, seconds },
      `sh -c ${shellQuote(uploadOf(mark, program.length))}`,
      'StrictHostKeyChecking=yes',
    ),
    variables: pickVariables(namesForSsh),
    input: program,
    seconds,
    output: { most: 64 * 1024, beyond: 'cut' },
  });
  const { ending, stdout, stderr } = done;
  // The login shell's profile may print anything before the mark.
  const start = stdout.indexOf(`${mark}\n`);
  const said = start < 0 ? undefined : stdout.slice(start + mark.length + 1).split('\n');
  if (ending.by === 'deadline')
    throw new Error(`${node.name} did not finish within ${formatLimit(seconds)}: ${stepAfter(said)}`);
  if (said === undefined) throw new Error(`${node.name} cannot be reached: ${reasonBeforeCommand(done)}`);
  const code = ending.by === 'exit' ? ending.code : undefined;
  if (code === 0) return said.flatMap((line) => (line.startsWith('> ') ? [line.slice(2)] : []));
  // A path and nothing else: a person is asked to paste it.
  const left = said.map((line) => /^left (\/[\w./-]+)$/.exec(line)?.[1]).find((path) => path !== undefined);
  const reason = firstLine(stderr) || `exit code ${code ?? 'none'}`;
  throw new Error(
    left === undefined
      ? `${node.name}: ${reason}`
      : `sudo on ${node.name} wants a password: ${reason}\nThe program lies there; to put it in place run: ssh -t ${shellWord(node.target)} sudo sh ${left}`,
  );
}

/** The step that runs after the lines that the node has printed. */
const stepAfter = (said: readonly string[] | undefined): string =>
  said === undefined
    ? 'there was no login yet'
    : said.includes(arrived)
      ? 'the program was being put in place, by sudo unless the login is root'
      : 'the program was being copied';

const arrived = 'arrived';

/** Runs as root. `$1` is the folder with the program, `$2` the user who may call it. */
const asRoot = `set -eu
PATH=$PATH:/usr/sbin:/sbin
folder=$1 user=$2 target=${installedPath} sudoers=${sudoersPath}
if [ -L $target ] || { [ -e $target ] && ! grep -q '${ownText}' $target; }; then
  echo "$target is something else, and was left as it is" >&2
  exit 3
fi
if [ -e $target ] && cmp -s "$folder/program" $target; then
  echo "> $target is there already, the same"
else
  install -o root -g root -m 755 "$folder/program" $target.new
  mv -f $target.new $target
  echo "> $target is in place"
fi
if [ "$user" = root ]; then
  echo "> root needs no line for sudoers"
else
  printf '%s\\n' "${sudoersLine('$user')}" >"$folder/sudoers"
  visudo -cqf "$folder/sudoers"
  install -o root -g root -m 440 "$folder/sudoers" $sudoers
  echo "> $sudoers lets $user run exactly: $target node-report --json"
fi
rm -rf "$folder"
`;

/** Runs as the user of the login. The folder is the user's alone. `bytes`: of the program; a connection that breaks ends the input early. */
const uploadOf = (mark: string, bytes: number): string => `set -eu
echo ${mark}
folder=$(mktemp -d)
cat >"$folder/program"
if [ "$(wc -c <"$folder/program")" -ne ${bytes} ]; then
  echo 'only a part of the program arrived: nothing was changed' >&2; rm -rf "$folder"; exit 3
fi
echo ${arrived}
user=$(id -un)
case $user in *[!A-Za-z0-9_.-]*) echo "the name $user does not go into sudoers" >&2; rm -rf "$folder"; exit 3;; esac
cat >"$folder/install.sh" <<'END'
${asRoot}END
sed -i "1i set -- $folder $user" "$folder/install.sh"
if [ "$(id -u)" = 0 ]; then sh "$folder/install.sh" || { code=$?; rm -rf "$folder"; exit $code; }
elif sudo -n true 2>/dev/null; then sudo -n sh "$folder/install.sh" || { code=$?; rm -rf "$folder"; exit $code; }
else echo "left $folder/install.sh"; sudo -n true; exit 4; fi
`;
