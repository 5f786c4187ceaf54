// What the owner of a checkout can set up so that reading its state would run a program, write a file or ask a server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

export interface Trap {
  /** The checkout, and its git directory. */
  readonly path: string;
  readonly dot: string;
  /** A folder beside the checkout, owned by the same user. */
  readonly beside: string;
  /** A command that leaves a trace, for a shell, and a script that does the same. */
  readonly command: string;
  readonly script: string;
  /** The URL of a server that leaves a trace. */
  readonly url: string;
  readonly git: (...argv: string[]) => string;
  readonly config: (text: string) => void;
  readonly write: (path: string, text: string) => void;
}

/** What the probe must answer: what git says in a clean environment, a failed reading, or one of both. */
type Answer = 'as git' | 'fails' | 'either';

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Makes the checkout lack its tree, so that a promisor remote would be asked for it. */
function losesTree({ dot, git, config }: Trap, more: string): void {
  const tree = git('rev-parse', 'HEAD^{tree}').trim();
  assert.notEqual(tree, emptyTree);
  rmSync(join(dot, 'objects', tree.slice(0, 2), tree.slice(2)));
  config(
    `[core]\nrepositoryformatversion = 1\n[extensions]\npartialClone = origin\n[remote "origin"]\npromisor = true\n${more}`,
  );
}

/** A filter is run on a file that looks changed. */
const filtered = ({ write, path }: Trap, name: string): void => {
  write(join(path, '.gitattributes'), `* filter=${name}\n`);
  write(join(path, 'file'), 'changed\n');
};

export const traps: Readonly<Record<string, { readonly answer: Answer; readonly set: (trap: Trap) => void }>> = {
  'a file system monitor': { answer: 'as git', set: ({ config, command }) => config(`[core]\nfsmonitor = ${command}`) },
  'an index with the extension of a file system monitor': {
    answer: 'as git',
    set: ({ git, config, command }) => {
      config(`[core]\nfsmonitor = ${command}`);
      git('-c', 'core.fsmonitor=false', 'status');
      git('update-index', '--fsmonitor');
    },
  },
  'a filter': {
    answer: 'either',
    set: (trap) => (filtered(trap, 'x'), trap.config(`[filter "x"]\nclean = ${trap.command}\nrequired = true`)),
  },
  'a filter on the line of another section': {
    answer: 'either',
    set: (trap) => (filtered(trap, 'x'), trap.config(`[core][filter "x"]clean = ${trap.command}`)),
  },
  'a filter whose name has an equals sign': {
    answer: 'either',
    set: (trap) => (filtered(trap, 'a=b'), trap.config(`[filter "a=b"]\nclean = ${trap.command}`)),
  },
  'a filter that goes on running': {
    answer: 'either',
    set: (trap) => (filtered(trap, 'x'), trap.config(`[filter "x"]\nprocess = ${trap.command}`)),
  },
  'a filter of an included file': {
    answer: 'either',
    set: (trap) => {
      filtered(trap, 'x');
      trap.write(join(trap.beside, 'more'), `[filter "x"]\nclean = ${trap.command}\n`);
      trap.config(`[include]\npath = ${join(trap.beside, 'more')}`);
    },
  },
  'a filter of a file that is included on a condition': {
    answer: 'either',
    set: (trap) => {
      filtered(trap, 'x');
      trap.write(join(trap.beside, 'more'), `[filter "x"]\nclean = ${trap.command}\n`);
      trap.config(`[includeIf "gitdir:**"]\npath = ${join(trap.beside, 'more')}`);
    },
  },
  'a configuration of the worktree': {
    answer: 'as git',
    set: ({ config, write, dot, command }) => {
      config('[core]\nrepositoryformatversion = 1\n[extensions]\nworktreeConfig = true');
      write(join(dot, 'config.worktree'), `[core]\nfsmonitor = ${command}\n`);
    },
  },
  'a commondir with another configuration': {
    answer: 'either',
    set: ({ dot, beside, write, command }) => {
      execFileSync('cp', ['-r', dot, join(beside, 'common')]);
      appendFileSync(join(beside, 'common', 'config'), `[core]\nfsmonitor = ${command}\n`);
      write(join(dot, 'commondir'), `${join(beside, 'common')}\n`);
    },
  },
  'a .git file that names a directory with another configuration': {
    answer: 'as git',
    set: ({ dot, beside, write, command }) => {
      execFileSync('mv', [dot, join(beside, 'dot')]);
      write(dot, `gitdir: ${join(beside, 'dot')}\n`);
      appendFileSync(join(beside, 'dot', 'config'), `[core]\nfsmonitor = ${command}\n`);
    },
  },
  'a .git that is a link': {
    answer: 'as git',
    set: ({ dot, beside, command }) => {
      execFileSync('mv', [dot, join(beside, 'dot')]);
      symlinkSync(join(beside, 'dot'), dot);
      appendFileSync(join(beside, 'dot', 'config'), `[core]\nfsmonitor = ${command}\n`);
    },
  },
  'a promisor remote of ext': {
    answer: 'fails',
    set: (trap) => losesTree(trap, `url = ext::${trap.script}\n[protocol "ext"]\nallow = always`),
  },
  'a promisor remote of file with an upload-pack of its own': {
    answer: 'fails',
    set: (trap) =>
      losesTree(trap, `url = file://${trap.path}\nuploadpack = ${trap.command};\n[protocol "file"]\nallow = always`),
  },
  'a promisor remote of ssh with a command of its own': {
    answer: 'fails',
    set: (trap) =>
      losesTree(
        trap,
        `url = ssh://a.invalid/x\n[protocol "ssh"]\nallow = always\n[core]\nsshCommand = ${trap.command};`,
      ),
  },
  'a promisor remote of git with a proxy command': {
    answer: 'fails',
    set: (trap) =>
      losesTree(trap, `url = git://a.invalid/x\n[protocol "git"]\nallow = always\n[core]\ngitProxy = ${trap.script}`),
  },
  'a promisor remote of http': {
    answer: 'fails',
    set: (trap) => losesTree(trap, `url = ${trap.url}\n[protocol "http"]\nallow = always`),
  },
  'a promisor remote with a helper': {
    answer: 'fails',
    set: (trap) => losesTree(trap, `url = x::y\nvcs = ext\n[protocol]\nallow = always`),
  },
  'a promisor remote whose URL is rewritten': {
    answer: 'fails',
    set: (trap) =>
      losesTree(trap, `url = none:x\n[url "ext::${trap.script} "]\ninsteadOf = none:\n[protocol]\nallow = always`),
  },
  'hooks in the repository': {
    answer: 'as git',
    set: ({ dot, script, path, write }) => {
      mkdirSync(join(dot, 'hooks'), { recursive: true });
      for (const hook of ['post-index-change', 'post-checkout', 'reference-transaction', 'fsmonitor-watchman'])
        execFileSync('cp', [script, join(dot, 'hooks', hook)]);
      write(join(path, 'file'), 'one\n');
    },
  },
  'a path of hooks': {
    answer: 'as git',
    set: ({ beside, script, config, path, write }) => {
      execFileSync('cp', [script, join(beside, 'post-index-change')]);
      config(`[core]\nhooksPath = ${beside}`);
      write(join(path, 'file'), 'one\n');
    },
  },
  'a pager, an editor, an alias and an askpass': {
    answer: 'as git',
    set: ({ config, command, script }) =>
      config(
        `[core]\npager = ${command}\neditor = ${command}\naskPass = ${script}\n[pager]\nstatus = ${command}\n[alias]\nstatus = !${command}\n[credential]\nhelper = !${command}`,
      ),
  },
  'an external diff and a text conversion': {
    answer: 'as git',
    set: ({ config, command, script, path, write }) => {
      write(join(path, '.gitattributes'), '* diff=x\n');
      write(join(path, 'file'), 'changed\n');
      config(
        `[diff]\nexternal = ${script}\n[diff "x"]\ncommand = ${script}\ntextconv = ${command}\n[merge "x"]\ndriver = ${command}`,
      );
    },
  },
  'a command for alternates': {
    answer: 'as git',
    set: ({ config, command }) => config(`[core]\nalternateRefsCommand = ${command}\n[gpg]\nprogram = ${command}`),
  },
  'a garbage collection at once': {
    answer: 'as git',
    set: ({ config }) =>
      config('[gc]\nauto = 1\n[maintenance]\nauto = true\n[core]\nuntrackedCache = true\nsplitIndex = true'),
  },
  'a trace into a file': {
    answer: 'as git',
    set: ({ config, beside }) =>
      config(['normal', 'perf', 'event'].map((kind) => `[trace2]\n${kind}Target = ${join(beside, 'ran')}`).join('\n')),
  },
  'another work tree': { answer: 'as git', set: ({ config, beside }) => config(`[core]\nworktree = ${beside}`) },
  'a repository that says it is bare': { answer: 'as git', set: ({ config }) => config('[core]\nbare = true') },
  'rules to ignore in a file elsewhere': {
    answer: 'as git',
    set: ({ config, beside, write, path }) => {
      write(join(beside, 'ignore'), '*\n');
      write(join(path, 'new'), '');
      config(`[core]\nexcludesFile = ${join(beside, 'ignore')}\nattributesFile = ${join(beside, 'ignore')}`);
    },
  },
  'values with line breaks, after which other keys seem to stand': {
    answer: 'as git',
    set: ({ config, beside, write, path, command }) => {
      write(join(beside, 'ignore'), '*\n');
      write(join(path, 'new'), '');
      const smuggled = [`excludesFile ${join(beside, 'ignore')}`, `fsmonitor ${command}`, `sshCommand ${command}`];
      const keys = [...smuggled.map((key) => `core.${key}`), 'extensions.objectformat sha256'];
      config(`[core]\neol = "native${keys.map((key) => `\\n${key}`).join('')}"`);
    },
  },
  'a submodule with a file system monitor and filters': {
    answer: 'as git',
    set: ({ git, path, beside, command, write }) => {
      execFileSync('git', ['init', '-q', '-b', 'main', join(beside, 'sub')]);
      const sub = (...argv: string[]) =>
        execFileSync('git', [
          '-C',
          join(beside, 'sub'),
          '-c',
          'user.name=a',
          '-c',
          'user.email=a@example.org',
          ...argv,
        ]);
      write(join(beside, 'sub', 'file'), 'one\n');
      sub('add', '.');
      sub('commit', '-qm', 'one');
      git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(beside, 'sub'), 'sub');
      git('commit', '-qm', 'a submodule');
      appendFileSync(
        join(path, '.git', 'modules', 'sub', 'config'),
        `[core]\nfsmonitor = ${command}\n[filter "x"]\nclean = ${command}\n`,
      );
      write(join(path, 'sub', '.gitattributes'), '* filter=x\n');
      write(join(path, 'sub', 'file'), 'changed\n');
    },
  },
  'a .gitmodules with an update command': {
    answer: 'as git',
    set: ({ path, write, command, config }) => {
      write(join(path, '.gitmodules'), `[submodule "x"]\npath = x\nurl = ext::${command}\nupdate = !${command}\n`);
      config(`[submodule "x"]\nupdate = !${command}\nactive = true\n[submodule]\nrecurse = true`);
    },
  },
  'alternates that do not exist, and name one another': {
    answer: 'as git',
    set: ({ dot, beside, write }) => {
      mkdirSync(join(beside, 'objects', 'info'), { recursive: true });
      write(join(beside, 'objects', 'info', 'alternates'), `${join(dot, 'objects')}\n/nowhere/objects\n`);
      write(join(dot, 'objects', 'info', 'alternates'), `${join(beside, 'objects')}\n`);
    },
  },
  'a configuration that is no configuration': {
    answer: 'fails',
    set: ({ dot, write }) => write(join(dot, 'config'), '[core\n\0'),
  },
  'a configuration of 20,000 branches': {
    answer: 'as git',
    set: ({ config }) =>
      config(Array.from({ length: 20_000 }, (_, n) => `[branch "b${n}"]\nremote = r\nmerge = refs/heads/x`).join('\n')),
  },
  'keys with shell syntax in them': {
    answer: 'as git',
    set: ({ config, command }) =>
      config(
        `[branch "$(${command})"]\nremote = $(${command})\n[branch "main"]\nremote = "';${command};'"\nmerge = \`${command}\``,
      ),
  },
  'a HEAD with shell syntax in it': {
    answer: 'either',
    set: ({ dot, write, command }) =>
      write(join(dot, 'HEAD'), `ref: refs/heads/$(${command.replaceAll(' ', '${IFS}')})\n`),
  },
  'a HEAD of 10 MB': { answer: 'fails', set: ({ dot, write }) => write(join(dot, 'HEAD'), 'x'.repeat(10_000_000)) },
  'a HEAD that refers to itself': {
    answer: 'either',
    set: ({ dot, write }) => write(join(dot, 'refs', 'heads', 'main'), 'ref: refs/heads/main\n'),
  },
  'an index that is no index': {
    answer: 'fails',
    set: ({ dot, write }) => write(join(dot, 'index'), 'x'.repeat(1000)),
  },
  'an index of 2 GB': { answer: 'fails', set: ({ dot }) => truncateSync(join(dot, 'index'), 2_000_000_000) },
  'packed refs that are none': {
    answer: 'either',
    set: ({ dot, write }) => write(join(dot, 'packed-refs'), 'garbage\n'),
  },
  'a pack that is broken': {
    answer: 'either',
    set: ({ dot, git }) => {
      git('gc', '--quiet');
      const folder = join(dot, 'objects', 'pack');
      for (const name of readdirSync(folder)) {
        execFileSync('chmod', ['u+w', join(folder, name)]);
        truncateSync(join(folder, name), 40);
      }
    },
  },
  'a shallow file and grafts that are none': {
    answer: 'either',
    set: ({ dot, write }) => {
      write(join(dot, 'shallow'), 'garbage\n');
      write(join(dot, 'info', 'grafts'), 'garbage\n');
    },
  },
  'a repository format that git does not know': {
    answer: 'fails',
    set: ({ config }) => config('[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = $(touch x)'),
  },
};
