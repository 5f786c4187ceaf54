// Implements Outside, the world of the mail transports: programs with input, mail servers, HTTP and the environment.
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Outside, RunResult, RunOptions } from '../contract/outside.ts';
import type { Ending, Variables } from '../contract/program.ts';
import { join } from '../core/path.ts';
import { unlessFailing } from './files.ts';
import { makeNet } from './net.ts';
import { pickVariables, searchPath } from './variables.ts';

const mostOutput = 64 * 1024;

/** Variables that msmtp, mailx, the mail servers' sendmail, msmtpq and a `passwordeval` (gpg, pass, secret-tool, cat) read. */
const namesForMail = [
  'HOME USER LOGNAME EMAIL TZ TMPDIR XDG_CONFIG_HOME XDG_RUNTIME_DIR',
  'CREDENTIALS_DIRECTORY GNUPGHOME PASSWORD_STORE_DIR DBUS_SESSION_BUS_ADDRESS',
  'MSMTPQ_Q MSMTPQ_LOG EMAIL_CONN_TEST EMAIL_CONN_NOTEST',
].flatMap((line) => line.split(' '));

export function makeOutside(given: Variables = process.env): Outside {
  // Where HOME is not set, as in a system unit, msmtp takes the home folder from the user database, and so does this.
  const environment: Outside['environment'] = { ...given, HOME: given['HOME'] || homedir() };
  const variables = { ...pickVariables(namesForMail, environment), PATH: searchPath(environment['PATH']) };
  return {
    ...makeNet(environment),
    environment,
    run: (argv, options) => runForMail(argv, options, variables),
    find: (program) =>
      searchPath(environment['PATH'])
        .split(':')
        .map((folder) => join(folder, program))
        .find((path) => isFile(path, constants.X_OK)),
    realpath: (path) => unlessFailing(() => realpathSync(path)),
    readable: (path) => isFile(path, constants.R_OK),
    readText: (path) => readFileSync(path, 'utf8'),
    smtp: async (...conversation) => (await import('./smtp.ts')).sendOverSmtp(...conversation),
    greet: async (settings) => (await import('./smtp.ts')).greetOverSmtp(settings),
  };
}

const isFile = (path: string, access: number): boolean =>
  unlessFailing(() => (accessSync(path, access), statSync(path).isFile())) ?? false;

/** Does not wait for a mail server that goes on delivering in the background and keeps its outputs open. */
async function runForMail(
  argv: readonly string[],
  { input = '', env, seconds }: RunOptions,
  variables: Variables,
): Promise<RunResult> {
  const { runProgram } = await import('./program.ts');
  const { ending, stdout, stderr } = await runProgram({
    argv,
    input,
    seconds,
    variables: { ...variables, ...env },
    output: { most: mostOutput, beyond: 'cut' },
  });
  if (ending.by === 'exit') return { exit_code: ending.code, stdout, stderr };
  const wasRunning = ending.by !== 'start';
  return { exit_code: undefined, ending: { words: describeEnding(ending, seconds), wasRunning }, stdout, stderr };
}

function describeEnding(ending: Exclude<Ending, { by: 'exit' }>, seconds: number): string {
  if (ending.by === 'start') return `could not be started (${ending.code ?? ending.cause.message})`;
  return ending.by === 'signal' ? `ended by ${ending.signal}` : `ended after ${seconds} s without a result`;
}
