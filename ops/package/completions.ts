// Completions for bash, zsh and fish. Names that only the running monitor knows (observations, alerts, mails) are asked of it
// at the moment of the key: `ops-monitor complete-names KIND`.
import type { CommandHelp, OptionHelp } from './commands.ts';

/** Source of the completions of an operand: names of the site by `complete-names`, files, or folders. */
const operands: Readonly<Record<string, { names: string } | { paths: 'files' | 'folders' }>> = {
  explain: { names: 'observations' },
  silence: { names: 'alerts' },
  ack: { names: 'active' },
  'outbox show': { names: 'mails' },
  'outbox retry': { names: 'mails' },
  'outbox drop': { names: 'mails' },
  'check-config': { paths: 'files' },
  'archive export': { paths: 'folders' },
  'archive adopt': { paths: 'folders' },
  'record-host': { paths: 'folders' },
};

/** The values of an option, by its placeholder. */
const choices: Readonly<Record<string, string>> = { TIMER: 'cycle hourly daily' };
const choicesOf = ({ value = '' }: OptionHelp): string | undefined => choices[value];

const takesFile = ({ value }: OptionHelp): boolean => value === 'FILE';
const takesFolder = ({ value }: OptionHelp): boolean => value === 'FOLDER' || value === 'DIR';

/** Every command that can be run, the groups' own included; a group's options are none. */
const flat = (product: CommandHelp): CommandHelp[] => product.commands.flatMap((one) => [one, ...one.commands]);
const lastWord = (name: string): string => name.slice(name.lastIndexOf(' ') + 1);
const wordsOf = (commands: readonly CommandHelp[]): string => commands.map(({ name }) => lastWord(name)).join(' ');

export function renderBash(product: CommandHelp): string {
  const cases = flat(product).map((one) => {
    const words = [...one.options.map(({ flag }) => flag), ...(one.commands.length > 0 ? [wordsOf(one.commands)] : [])];
    const operand = operands[one.name];
    const more =
      operand === undefined
        ? ''
        : 'names' in operand
          ? `names ${operand.names}`
          : operand.paths === 'files'
            ? 'files'
            : 'folders';
    return `    '${one.name}') words='${words.join(' ')}' operand='${more}' ;;`;
  });
  const flags = (takes: (option: OptionHelp) => boolean): string =>
    [...new Set(flat(product).flatMap(({ options }) => options.filter(takes).map(({ flag }) => flag)))].join('|') ||
    '--';
  const isOther = (option: OptionHelp): boolean =>
    option.value !== undefined && !takesFile(option) && !takesFolder(option) && choicesOf(option) === undefined;
  const chosen = Object.entries(choices).map(
    ([value, words]) =>
      `    ${flags((option) => option.value === value)}) mapfile -t COMPREPLY < <(compgen -W '${words}' -- "$current"); return ;;`,
  );
  return `# bash completion for ops-monitor
_ops_monitor() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words='' operand='' line
  COMPREPLY=()
  case $previous in
    ${flags(takesFile)}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    ${flags(takesFolder)}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
${chosen.join('\n')}
    ${flags(isOther)}) return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '${wordsOf(product.commands)} --help --version' -- "$current")
    return
  fi
  case $command in
    ${product.commands
      .filter(({ commands }) => commands.length > 0)
      .map(({ name }) => name)
      .join('|')}) [ "$COMP_CWORD" -gt 2 ] && command="$command \${COMP_WORDS[2]}" ;;
  esac
  case $command in
${cases.join('\n')}
  esac
  case $current:$operand in
    -*) ;;
    *:files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    *:folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    *:names*)
      # bash splits words at colons, which names have: what stands before the last one is already on the line.
      current=\${COMP_LINE:0:COMP_POINT}
      current=\${current##* }
      while IFS= read -r line; do
        case $line in "$current"*) COMPREPLY+=("\${line#"\${current%"\${current##*:}"}"}") ;; esac
      done < <(ops-monitor complete-names "\${operand#names }" 2> /dev/null)
      return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _ops_monitor ops-monitor
`;
}

export function renderZsh(product: CommandHelp): string {
  const described = (commands: readonly CommandHelp[]): string =>
    commands.map(({ name, summary }) => `    ${quoted(`${lastWord(name)}:${summary}`)}`).join('\n');
  const cases = product.commands.map((one) => `    ${one.name})\n${zshOf(one)}\n      ;;`);
  return `#compdef ops-monitor
_ops_monitor_names() {
  local -a names
  names=("\${(@f)$(ops-monitor complete-names $1 2> /dev/null)}")
  compadd -a names
}
_ops_monitor() {
  local -a commands=(
${described(product.commands)}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words; (( CURRENT-- ))
  case $words[1] in
${cases.join('\n')}
  esac
}
_ops_monitor "$@"
`;

  function zshOf(one: CommandHelp): string {
    if (one.commands.length === 0) return `      _arguments ${argumentsOf(one)}`;
    const own = one.commands.map((each) => `        ${lastWord(each.name)}) _arguments ${argumentsOf(each)} ;;`);
    return `      local -a own=(
${described(one.commands)}
      )
      if (( CURRENT == 2 )); then
        _describe command own
        return
      fi
      shift words; (( CURRENT-- ))
      case $words[1] in
${own.join('\n')}
      esac`;
  }

  function argumentsOf({ name, options }: CommandHelp): string {
    const specs = options.map((option) => {
      const words = choicesOf(option);
      const action = takesFile(option)
        ? ':file:_files'
        : takesFolder(option)
          ? ':folder:_files -/'
          : words === undefined
            ? ': :'
            : `: :(${words})`;
      return quoted(
        `${option.flag}[${option.summary.replaceAll(/[[\]:]/g, '\\$&')}]${option.value === undefined ? '' : action}`,
      );
    });
    const operand = operands[name];
    if (operand === undefined) return specs.join(' ');
    const action =
      'names' in operand // The blank keeps zsh from putting words of its own between the two.
        ? ` _ops_monitor_names ${operand.names}`
        : operand.paths === 'files'
          ? '_files'
          : '_files -/';
    return [...specs, quoted(`:name:${action}`)].join(' ');
  }
}

const fishValue = (option: OptionHelp): string => {
  const words = choicesOf(option);
  return words === undefined ? ' -x' : ` -x -a ${quoted(words)}`;
};

export function renderFish(product: CommandHelp): string {
  const complete = (condition: string, rest: string): string =>
    `complete -c ops-monitor -n ${quoted(condition)} ${rest}`;
  const entered = (name: string): string =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
  const lines = flat(product).flatMap((one) => {
    const operand = operands[one.name];
    const isInGroup = one.name.includes(' ');
    const parent = one.name.split(' ', 1)[0] ?? '';
    const siblings = product.commands.find(({ name }) => name === parent)?.commands ?? [];
    const before = isInGroup
      ? `${entered(parent)}; and not __fish_seen_subcommand_from ${wordsOf(siblings)}`
      : '__fish_use_subcommand';
    return [
      complete(before, `-a ${lastWord(one.name)} -d ${quoted(one.summary)}`),
      ...one.options.map((option) =>
        complete(
          entered(one.name),
          `-l ${option.flag.slice(2)} -d ${quoted(option.summary)}${option.value === undefined ? '' : takesFile(option) || takesFolder(option) ? ' -r -F' : fishValue(option)}`,
        ),
      ),
      ...(operand === undefined
        ? []
        : 'names' in operand
          ? [complete(entered(one.name), `-a ${quoted(`(ops-monitor complete-names ${operand.names} 2> /dev/null)`)}`)]
          : [complete(entered(one.name), '-F')]),
    ];
  });
  return `# fish completion for ops-monitor\ncomplete -c ops-monitor -f\n${lines.join('\n')}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
