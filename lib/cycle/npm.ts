// npm between a person and us: how the next command line begins.

/** Of package.json. */
const ourScripts = ['ops-monitor', 'start', 'demo'];

const script = (): string => process.env['npm_lifecycle_event'] ?? '';

/** In a checkout npx finds us and hands every option on; elsewhere we are on the PATH. */
export const calledAs = (): string => ([...ourScripts, 'npx'].includes(script()) ? 'npx ops-monitor' : 'ops-monitor');
