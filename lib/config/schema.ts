// The schema of the configuration, composed of the parts that each folder defines.
import * as z from 'zod';
import { alertsConfig } from '../alerts/config.ts';
import { archiveConfig } from '../archive/config.ts';
import { bootConfig } from '../boot/config.ts';
import { confirmConfig } from '../confirm/config.ts';
import { inSeconds } from '../contract/quantities.ts';
import { fleetConfig } from '../fleet/config.ts';
import { gatesConfig } from '../gates/config.ts';
import { type HealthConfig, healthConfig } from '../health/config.ts';
import { checkNames } from './check-names.ts';
import { snapshotConfig } from '../snapshot/config.ts';
import { nodeConfig } from '../node/config.ts';
import { pushConfig } from '../push/config.ts';
import { rehearsalConfig } from '../rehearsal/config.ts';
import { testMetricsConfig } from '../testmetrics/config.ts';
import { thermalConfig } from '../thermal/config.ts';
import { watchdogConfig } from '../watchdog/config.ts';
import { misorderedEndpoints, misorderedLimits } from './order.ts';
import { siteConfig } from './site.ts';
import { collisions, unknownHosts, unknownSubjects } from './subjects.ts';

export const configurationSchema = z
  .strictObject({
    ...siteConfig,
    ...snapshotConfig,
    ...healthConfig,
    ...alertsConfig(checkNames),
    ...confirmConfig,
    ...thermalConfig,
    ...archiveConfig,
    ...gatesConfig,
    ...bootConfig,
    ...rehearsalConfig,
    ...testMetricsConfig,
    ...pushConfig,
    ...watchdogConfig,
    ...nodeConfig,
    ...fleetConfig,
  })
  .superRefine((config, context) => {
    if (config.dashboard && config.endpoints['dashboard']) {
      refuse(['endpoints', 'dashboard'], 'the name `dashboard` is taken by the top-level key of that name');
    }

    for (const { path, message } of [...unknownHosts(config), ...collisions(config)]) refuse(path, message);
    for (const { path, message } of unknownSubjects(config))
      context.addIssue({ code: 'custom', path, message, params: { isName: true } });

    const seconds = inSeconds(config.limits, config.interval);
    const usual = inSeconds(healthConfig.limits.parse(undefined), config.interval);
    const dashboard = config.dashboard ? { dashboard: config.dashboard } : {};
    const wrongOrder = [
      ...misorderedLimits(seconds, usual),
      ...misorderedEndpoints(dashboard, []),
      ...misorderedEndpoints(config.endpoints, ['endpoints']),
    ];
    for (const { pair, says } of wrongOrder)
      context.addIssue({ code: 'custom', path: pair[0], message: says, params: { pair } });

    function refuse(path: (string | number)[], message: string): void {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .transform((config) => inSeconds(config, config.interval));

export type Configuration = Omit<z.output<typeof configurationSchema>, 'limits'> & Pick<HealthConfig, 'limits'>;

/** JSON Schema of the configuration file: for editors, the reference page and messages. */
export const configurationJsonSchema = (): JsonSchema =>
  z.toJSONSchema(configurationSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;

/** The subset of JSON Schema that zod writes for our configuration. */
export interface JsonSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: { readonly pattern?: string };
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** Keys of which exactly one is required. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly required?: readonly string[];
  /** Our own keyword: the kind of quantity, for text with a unit. */
  readonly quantity?: string;
  /** Our own keyword: text that may name a secret as `$NAME`. */
  readonly secret?: boolean;
}
