// The health of a connector: whether it answers within its time limit.
import { milli } from '../core/quantity.ts';
import { oneLine } from '../core/harmless.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { whyNoAnswer } from '../engine/answer.ts';
import type { Connector } from './config.ts';
import type { ConnectorResult, HealthResult } from './files.ts';
import { type PartTools, variablesOf } from './tools.ts';

export const kindOf = ({ http, tcp, tls, ssh }: Connector): ConnectorResult['kind'] =>
  http !== undefined ? 'http' : tcp !== undefined ? 'tcp' : tls !== undefined ? 'tls' : ssh ? 'ssh' : 'command';

export async function checkConnector(name: string, connector: Connector, tools: PartTools): Promise<ConnectorResult> {
  const began = tools.monotonicMs();
  const reason = await whyNotHealthy(name, connector, tools).catch(reasonOf);
  return {
    name,
    kind: kindOf(connector),
    outcome: reason === undefined ? 'pass' : 'fail',
    required: connector.required ? 'yes' : 'no',
    seconds: milli((tools.monotonicMs() - began) / 1000),
    ...(reason === undefined ? {} : { reason: oneLine(reason).slice(0, 1000) }),
  };
}

async function whyNotHealthy(name: string, { env, timeout, ...target }: Connector, tools: PartTools) {
  const log = join(tools.folder, `connector-${name}.log`);
  const request = { ...(await variablesOf(env, tools)), seconds: timeout, log, isStrict: true } as const;
  return whyNoAnswer(target, request, tools);
}

export function healthOf(connectors: readonly ConnectorResult[]): HealthResult {
  const healthy = connectors.filter(({ outcome }) => outcome === 'pass');
  return {
    outcome: unhealthyOf(connectors).length > 0 ? 'fail' : 'pass',
    healthy_ratio: healthy.length / connectors.length,
    connectors: [...connectors],
  };
}

/** The required connectors that are not healthy. */
export const unhealthyOf = (connectors: readonly ConnectorResult[]): ConnectorResult[] =>
  connectors.filter(({ outcome, required }) => outcome === 'fail' && required === 'yes');
