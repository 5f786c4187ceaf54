// Reads NVIDIA GPUs with one nvidia-smi, here or over ssh.
import { Absent, NotInstalled } from '../../contract/errors.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { defineProbe } from '../define.ts';
import { gpus as section } from '../sections/gpus.ts';

export const gpus = defineProbe({
  name: 'gpus',
  summary: 'use, memory, temperature, power, slowdown and errors of NVIDIA GPUs',
  section,
  // Without persistence mode the driver is loaded for each query: seconds for each GPU.
  timeoutMs: 20_000,

  items: async ({ config }) => Object.keys(config.gpus),

  async read({ host: open, config, item, at, previous }) {
    const configured = config.gpus[item];
    if (!configured) throw new Error(`no machine with GPUs ${item} is configured`);
    const { cardsOf, driverOf, queryGpus } = await import('../gpu-cards.ts');
    const { host = 'local', count: expected, memory } = configured;
    // A reading of another machine says nothing of this one.
    const before = previous?.data.host === host ? previous : undefined;
    const { list, isComplete } = await queryGpus(open(host), `gpus-${item}`).catch((error: unknown) => {
      // Where nothing was ever read, and no number is expected, the machine has no GPU.
      if (before || expected !== undefined || !(error instanceof NotInstalled)) throw error;
      throw new Absent(error.message, { cause: error });
    });
    const card = cardsOf(list, { before, at, isComplete });
    const all = Object.values(card);
    if (all.length === 0 && expected === undefined)
      throw new Error(`nvidia-smi: ${list.notes[0] ?? 'it lists no GPU'}`);
    return withoutUndefined({
      host,
      driver_version: driverOf(list),
      listed: all.filter(({ state }) => state === 'present').length,
      expected,
      problem: list.notes.length === 0 ? undefined : list.notes.join('; '),
      card: Object.fromEntries(
        Object.entries(card).filter(
          // The configuration says how many GPUs there are: those that were taken out are forgotten.
          ([, { state }]) => state !== 'missing' || expected === undefined || list.rows.length < expected,
        ),
      ),
      memory_limits: memory && withoutUndefined(memory),
    });
  },
});
