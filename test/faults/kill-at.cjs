// Preloaded into a stage (node --require): kills the process at the Nth call that changes the disk. In KILL_PHASE
// `before` the call, `in` it (half of what was to be written or removed is), or `after` it. Writes the number of calls
// to KILL_COUNT at the end of a run that was not killed, so that a test knows how many points there are. KILL_CALLS
// names the calls that count, where not all of them do.
'use strict';
const childProcess = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');
const real = { ...fs, spawnSync: childProcess.spawnSync };
const target = Number(process.env.KILL_AT ?? Infinity);
const phase = process.env.KILL_PHASE;
const chosen = process.env.KILL_CALLS?.split(',');
let calls = 0;

const die = () => process.kill(process.pid, 'SIGKILL');
const changes = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
  'mkdirSync',
  'chmodSync',
  'chownSync',
  'fchownSync',
  'ftruncateSync',
  'closeSync',
  // Of the programs that are run, some make changes for us: `sync`, and the exchange of two names.
  'spawnSync',
];

for (const name of changes) {
  if (chosen && !chosen.includes(name)) continue;
  (name === 'spawnSync' ? childProcess : fs)[name] = (...args) => {
    if ((name === 'writeSync' || name === 'writeFileSync') && (args[0] === 1 || args[0] === 2))
      return real[name](...args);
    calls += 1;
    if (calls !== target) return real[name](...args);
    try {
      if (phase === 'in') half(name, args);
      else if (phase === 'after') real[name](...args);
    } finally {
      die(); // also where the call fails
    }
    return undefined;
  };
}

function half(name, args) {
  if (name === 'writeFileSync') real.writeFileSync(args[0], firstHalf(Buffer.from(args[1])));
  else if (name === 'writeSync') halfInPlace(...args);
  else if (name === 'rmSync') halfRemoved(args[0]);
}

/** `offset` is a place in the bytes, or a literal of options; `position` one in the file. */
function halfInPlace(descriptor, bytes, offset, length, position) {
  const begin = typeof offset === 'number' ? offset : 0;
  const all = Buffer.from(bytes).subarray(begin, begin + (length ?? Infinity));
  const part = firstHalf(all);
  real.writeSync(descriptor, part, 0, part.length, position ?? null);
}

const firstHalf = (all) => all.slice(0, Math.floor(all.length / 2));

function halfRemoved(path) {
  if (!real.existsSync(path)) return;
  const below = real.statSync(path).isDirectory() ? real.readdirSync(path, { recursive: true }) : [];
  const files = below.map((name) => join(path, name)).filter((name) => !real.statSync(name).isDirectory());
  for (const file of firstHalf(files.sort())) real.unlinkSync(file);
}

process.on('exit', () => {
  if (process.env.KILL_COUNT) real.writeFileSync(process.env.KILL_COUNT, String(calls));
});
