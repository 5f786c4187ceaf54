// Reads status, response time and certificate of URLs. A URL that does not answer is a reading, not a failed reading.
import { secondsSince } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { maskUrls } from '../../core/urls.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { endpoints as section } from '../sections/endpoints.ts';

const allEndpoints = (config: SnapshotConfig): SnapshotConfig['endpoints'] => ({
  ...(config.dashboard ? { dashboard: config.dashboard } : {}),
  ...config.endpoints,
});

export const endpoints = defineProbe({
  name: 'endpoints',
  summary: 'status, response time and certificate of URLs',
  section,

  items: async ({ config }) => Object.keys(allEndpoints(config)),

  async read({ host: open, config, item, at }) {
    const endpoint = allEndpoints(config)[item];
    if (!endpoint) throw new Error(`no endpoint ${item} is configured`);
    const { response_ms, status, error, certificate_expires_at, certificate_problem } = await open().get(endpoint.url, {
      timeoutMs: endpoint.timeout * 1000,
    });
    return withoutUndefined({
      url: maskUrls(endpoint.url),
      answered: status !== undefined,
      status,
      response_ms: Math.round(response_ms * 10) / 10,
      slow_seconds: endpoint.slow,
      error,
      certificate_expires_at,
      certificate_days_left:
        certificate_expires_at === undefined ? undefined : daysBetween(at, new Date(certificate_expires_at)),
      certificate_problem,
    });
  },
});

const daysBetween = (from: Date, to: Date): number => Math.floor(secondsSince(from, to) / 864) / 100;
