// Preloaded into a stage (node --require): kills the process at the Nth call that changes the disk. In KILL_PHASE
// `before` the call, `in` it (half of what was to be written or removed is), or `after` it. Writes the number of calls
// to KILL_COUNT at the end of a run that was not killed, so that a test knows how many points there are. KILL_CALLS
// names the calls that count, where not all of them do.
'use strict';
const { writeFileSync } = require('node:fs');
const { hookChanges } = require('./changes.cjs');
const target = Number(process.env.KILL_AT ?? Infinity);
const phase = process.env.KILL_PHASE;
let calls = 0;

hookChanges(({ whole, half }) => {
  calls += 1;
  if (calls !== target) return whole();
  try {
    if (phase === 'in') half();
    else if (phase === 'after') whole();
  } finally {
    process.kill(process.pid, 'SIGKILL'); // also where the call fails
  }
  return undefined;
}, process.env.KILL_CALLS?.split(','));

process.on('exit', () => {
  if (process.env.KILL_COUNT) writeFileSync(process.env.KILL_COUNT, String(calls));
});
