import { dispatch } from '../lib/cli/dispatch.ts';
import { outboxCommands } from '../lib/commands/outbox.ts';

const { argv } = process;
// Options may stand before the command; without a command, the mails are listed.
if (argv[2] === undefined || (argv[2].startsWith('--') && argv[2] !== '--help')) {
  const at = argv.findIndex((word) => Object.hasOwn(outboxCommands.commands, word));
  const [word = 'list'] = at < 0 ? [] : argv.splice(at, 1);
  argv.splice(2, 0, word);
}

dispatch(outboxCommands);
