// Preloaded into a stage (node --require): kills the process at the Nth call that changes the disk. In KILL_PHASE
// `before` the call, `in` it (half of what was to be written is), or `after` it. Writes the number of calls to
// KILL_COUNT at the end of a run that was not killed, so that a test knows how many points there are.
'use strict';
const fs = require('node:fs');
const real = { ...fs };
const target = Number(process.env.KILL_AT ?? Infinity);
const phase = process.env.KILL_PHASE;
let calls = 0;

const die = () => process.kill(process.pid, 'SIGKILL');
const changes = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'unlinkSync',
  'mkdirSync',
  'chmodSync',
  'chownSync',
  'fchownSync',
  'ftruncateSync',
  'closeSync',
];

for (const name of changes) {
  fs[name] = (...args) => {
    if ((name === 'writeSync' || name === 'writeFileSync') && (args[0] === 1 || args[0] === 2))
      return real[name](...args);
    calls += 1;
    if (calls !== target) return real[name](...args);
    if (phase === 'in') half(name, args);
    else if (phase === 'after') real[name](...args);
    return die();
  };
}

function half(name, args) {
  if (name !== 'writeSync' && name !== 'writeFileSync') return;
  const bytes = Buffer.from(args[1]);
  real[name](args[0], bytes.subarray(0, Math.floor(bytes.length / 2)));
}

process.on('exit', () => {
  if (process.env.KILL_COUNT) real.writeFileSync(process.env.KILL_COUNT, String(calls));
});
