// ops-monitor node-report: reads this node once, and prints a report. It writes nothing but what the next reports need for rates.
import { type Command, configOption, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { placesOf, readConfiguration } from '../cli/site.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import type { Probe } from '../contract/probe.ts';
import { anyObject, fits, type Shape } from '../contract/shape.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { readingLimits, type Readings, runProbes } from '../engine/probes.ts';
import { hostname, localHostOpener } from '../io/localhost.ts';
import { unlessFailing } from '../io/files.ts';
import { readOwnFile, replaceOwnFile } from '../io/own-files.ts';
import { cacheFolder } from '../io/places.ts';
import { product } from '../io/product.ts';
import { print, printWidth } from '../io/terminal.ts';
import { explainReport } from '../node/explain.ts';
import { explainUncounted } from '../node/lately.ts';
import { nodeProbes } from '../node/probes/index.ts';
import { reportSections as sections } from '../node/sections/index.ts';
import { renderReport } from '../node/render.ts';
import { reportOf } from '../node/report.ts';
import { metrics as metricsProbe } from '../snapshot/probes/metrics.ts';
import { plugins as pluginsProbe } from '../snapshot/probes/plugins.ts';

const probes: readonly Probe<Shape, Configuration>[] = [...nodeProbes, pluginsProbe, metricsProbe];

/** Stands for a folder in which nothing can be read or written. */
const noFolder = '/dev/null';

/** Deadline of one section; its own requests end before. */
const sectionMs = 4500;

export const nodeReport: Command = {
  name: 'node-report',
  summary: 'reads this machine once, and prints what it found: for a person, or as JSON for the fleet monitor',
  options: {
    ...configOption,
    ...jsonOption,
    explain: { type: 'boolean', summary: 'print how each section was found and read, and what is wrong with that' },
  },

  async run(asked) {
    const isJson = asked.options['json'] === true;
    const isExplained = asked.options['explain'] === true;
    if (isJson && isExplained) throw new Usage('--explain is for a person, and --json for programs: choose one');
    const config = await readConfiguration(textOption(asked, 'config'));
    const began = performance.now();
    const at = new Date();
    // A disk that is read-only, or whose /tmp another user has prepared, costs the rates, not the report.
    const folder = unlessFailing(cacheFolder) ?? noFolder;
    const open = localHostOpener({ notes: join(folder, 'children'), userAgent: `ops-monitor/${product.version}` });
    const bootId = await open(AbortSignal.timeout(sectionMs))
      .readText('/proc/sys/kernel/random/boot_id')
      .then((text) => text.trim())
      .catch(() => ''); // hidden in some containers: then there are no rates
    const places = placesOf(config);
    const kept = join(folder, 'node-report.json');
    const { sections: found, readings } = await runProbes({
      ...readingLimits,
      probes,
      config,
      ...(places === undefined ? {} : { places }),
      bootId,
      previous: parseReadings(unlessFailing(() => readOwnFile(kept))),
      now: () => at,
      monotonicMs: () => performance.now(),
      openHost: (name, signal) => {
        if (name === 'local') return open(signal);
        throw new Error(`node-report reads this machine only, and not ${name}`);
      },
      timeoutMs: sectionMs,
    });
    const collectMs = Math.round(performance.now() - began);
    // Where this file cannot be written, reports have no rates, and say so; nothing else depends on it.
    const unkept = await keepReadings(folder, kept, readings);
    const read = unkept === undefined ? found : explainUncounted(found, unkept);
    const report = reportOf(sections, read, {
      timestamp: at.toISOString(),
      hostname: hostname(),
      version: product.version,
      collect_ms: collectMs,
    });
    if (isJson) print(JSON.stringify(report, undefined, 2));
    else if (isExplained) print(explainReport(sections, read, Object.keys(config.node), printWidth()));
    else print(renderReport(sections, read, report, printWidth()));
    return exitCodes.ok;
  },
};

/** Returns why they cannot be kept. */
async function keepReadings(folder: string, path: string, readings: Readings): Promise<string | undefined> {
  try {
    // Asked again for its reason.
    if (folder === noFolder) cacheFolder();
    await replaceOwnFile(path, `${JSON.stringify(readings)}\n`);
    return undefined;
  } catch (error) {
    const what = folder === noFolder ? 'no folder can' : `${path} cannot`;
    return `${what} be written, so there is nothing to compare with: ${reasonOf(error)}`;
  }
}

function parseReadings(text: string | undefined): Readings {
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    return fits(anyObject, found) ? (found as Readings) : {};
  } catch {
    return {};
  }
}
