// Hooks the calls that change the disk: for the tests that kill a stage at one of them, or let the disk die there.
'use strict';
const childProcess = require('node:child_process');
const fs = require('node:fs');
const { join } = require('node:path');
const real = { ...fs, spawnSync: childProcess.spawnSync };

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

/** Calls `act` in place of each change; `whole` makes the change, `half` a part of it where it can be done by half. `chosen`
 * names the calls that count, where not all of them do. Returns a function that takes the hooks away. */
exports.hookChanges = (act, chosen = changes) => {
  const hooked = changes.filter((name) => chosen.includes(name));
  const ownerOf = (name) => (name === 'spawnSync' ? childProcess : fs);
  for (const name of hooked)
    ownerOf(name)[name] = (...args) => {
      const whole = () => real[name](...args);
      const isOutput = (name === 'writeSync' || name === 'writeFileSync') && (args[0] === 1 || args[0] === 2);
      return isOutput ? whole() : act({ name, whole, half: () => half(name, args) });
    };
  return () => {
    for (const name of hooked) ownerOf(name)[name] = real[name];
  };
};

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
