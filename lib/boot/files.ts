// The files that run-boot writes.
import { defineFile, type FileSpec, type Places } from '../contract/file.ts';
import { type ContentOf, listOf, number, object, oneOf, optional, string } from '../contract/shape.ts';
import { verdictFields } from '../contract/verdict.ts';
import { join } from '../core/path.ts';

const componentShape = object({
  name: string,
  outcome: oneOf(['ready', 'failed', 'skipped']),
  /** Seconds after the boot began; of a skipped component, when it was given up. */
  began_seconds: number,
  seconds: number,
  /** Why the component is not ready. */
  reason: optional(string),
  attempts: listOf(
    object({
      began_seconds: number,
      seconds: number,
      /** Why the attempt failed. */
      reason: optional(string),
    }),
  ),
});

const summaryShape = object({ ...verdictFields, components: listOf(componentShape) });

export type BootSummary = Readonly<ContentOf<typeof summaryShape>>;
export type ComponentResult = BootSummary['components'][number];
export type Attempt = ComponentResult['attempts'][number];

/** `latest/` and `runs/` with the output of the commands, and the files below. */
export const bootFolder = ({ monitoring }: Pick<Places, 'monitoring'>): string => join(monitoring, 'boot');

export const bootSummary = defineFile<BootSummary>({
  summary: 'the result of the last boot',
  format: 'json',
  path: (places) => join(bootFolder(places), 'summary.json'),
  mode: 0o644,
  schema: summaryShape,
});

export const bootHistory = defineFile<BootSummary>({
  summary: 'the result of every boot, one per line',
  format: 'jsonl',
  path: (places) => join(bootFolder(places), 'history.jsonl'),
  mode: 0o644,
  schema: summaryShape,
});

export const bootTextfile = defineFile<string>({
  summary: 'the result of the last boot, for Prometheus',
  format: 'prom',
  path: ({ textfiles }) => join(textfiles, 'boot_metrics.prom'),
  mode: 0o644,
});

export const bootTextfileCopy = (path: string): FileSpec<string> =>
  defineFile<string>({
    summary: 'the copy of boot_metrics.prom that the configuration asks for',
    format: 'prom',
    path: () => path,
    mode: 0o644,
  });
