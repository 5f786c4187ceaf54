// All probes, sections and checks. Commands and stages take from here what they pass on; a script’s bundle includes only
// what it imports (`sideEffects` in package.json), so a stage that judges loads no probes.
export { checks } from '../health/checks/index.ts';
export { probes } from '../snapshot/probes/index.ts';
export { sections } from '../snapshot/sections/index.ts';
