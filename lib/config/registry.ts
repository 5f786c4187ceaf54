// What this monitor reads and how it judges it, all of it. Whatever is above the rooms takes from here what it hands to
// them, and of a script’s bundle only that becomes part (`sideEffects` in package.json): who judges loads no probes.
export { checks } from '../health/checks/index.ts';
export { probes } from '../snapshot/probes/index.ts';
export { sections } from '../snapshot/sections/index.ts';
