// ops-monitor node-report: reads this node once, and prints a report. It writes nothing but what the next report needs for rates.
import { type Command, configOption, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { readConfiguration } from '../cli/site.ts';
import { anyObject, fits } from '../contract/shape.ts';
import { join } from '../core/path.ts';
import { readingLimits, type Readings, runProbes } from '../engine/probes.ts';
import { hostname, localHostOpener } from '../io/localhost.ts';
import { readOwnFile, replaceOwnFile } from '../io/own-files.ts';
import { cacheFolder } from '../io/places.ts';
import { product } from '../io/product.ts';
import { print, printWidth } from '../io/terminal.ts';
import { nodeProbes, nodeSections } from '../node/registry.ts';
import { renderFound, renderReport } from '../node/render.ts';
import { reportOf } from '../node/report.ts';

/** Of one section; its own requests end before. */
const sectionMs = 4500;

export const nodeReport: Command = {
  name: 'node-report',
  summary: 'reads this machine once, and prints what it found: for a person, or as JSON for the fleet monitor',
  options: {
    ...configOption,
    ...jsonOption,
    explain: {
      type: 'boolean',
      summary: 'says for each section where it was read, how it was found, and what to try by hand',
    },
  },

  async run(asked) {
    const config = await readConfiguration(textOption(asked, 'config'));
    const began = performance.now();
    const at = new Date();
    const folder = cacheFolder();
    const open = localHostOpener({ notes: join(folder, 'children'), userAgent: `ops-monitor/${product.version}` });
    const bootId = await open(AbortSignal.timeout(sectionMs))
      .readText('/proc/sys/kernel/random/boot_id')
      .then((text) => text.trim())
      .catch(() => ''); // hidden in some containers: then there are no rates
    const kept = join(folder, 'node-report.json');
    const { sections, readings } = await runProbes({
      ...readingLimits,
      probes: nodeProbes,
      config,
      bootId,
      previous: parseReadings(readOwnFile(kept)),
      now: () => at,
      monotonicMs: () => performance.now(),
      openHost: (_name, signal) => open(signal),
      timeoutMs: sectionMs,
    });
    const report = reportOf(nodeSections, sections, {
      timestamp: at.toISOString(),
      hostname: hostname(),
      version: product.version,
      collect_ms: Math.round(performance.now() - began),
    });
    // Without it the next report has no rates; nothing else depends on it.
    await replaceOwnFile(kept, `${JSON.stringify(readings)}\n`).catch(() => undefined);
    if (asked.options['json'] === true) print(JSON.stringify(report, undefined, 2));
    else if (asked.options['explain'] === true) print(renderFound(nodeSections, report, printWidth()));
    else print(renderReport(nodeSections, sections, report, printWidth()));
    return exitCodes.ok;
  },
};

function parseReadings(text: string | undefined): Readings {
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    return fits(anyObject, found) ? (found as Readings) : {};
  } catch {
    return {};
  }
}
