// What an application imports: `import { createMetrics } from 'ops-monitor/application'`. ops/docs/application.md is its guide.
export {
  type Connections,
  createMetrics,
  type DeviceState,
  type ListenOptions,
  type Metrics,
  type MetricsOptions,
  type MetricsServer,
  type RequestSeen,
} from './metrics.ts';
export { observeExpress } from './express.ts';
export { observeFastify } from './fastify.ts';
export { type MqttOptions, observeMqtt } from './mqtt.ts';
export { type NodeHttpOptions, observeHttp } from './node-http.ts';
export { observePool } from './postgres.ts';
export { traced, traceFields, withSpan, withTraceHeaders } from './span.ts';
export { startTracing, type Tracing, type TracingOptions } from './tracing.ts';
export { createAlerts, type Alerts, type AlertsOptions } from './alerts/alerts.ts';
export type { Alert, AlertEvent, NewAlert, Severity } from './alerts/alert.ts';
export type { NamedAlertHandler, HandleAlert, AlertHandler } from './alerts/handlers.ts';
export type { Statistics } from './alerts/memory.ts';
export { alertmanagerHandler, type AlertmanagerOptions } from './alerts/alertmanager.ts';
export { mailHandler, type MailOptions } from './alerts/mail-handler.ts';
export { devicesOfflineRule, errorRateRule, type Rule } from './alerts/rules.ts';
export { webhookHandler, type WebhookOptions } from './alerts/webhook.ts';
