// A client of the package `mqtt`, described as far as it is used.
import type { Metrics } from './metrics.ts';

interface Client {
  publish: (topic: string, ...rest: never[]) => unknown;
  on(event: 'message', listener: (topic: string) => void): unknown;
}

export interface MqttOptions {
  /** The name to count a topic under: `devices/17/state` as `devices/+/state`. Default: the topic itself. */
  readonly topicOf?: (topic: string) => string;
}

/** Counts the messages that the client publishes and gets. Returns the client. */
export function observeMqtt<Given extends Client>(
  metrics: Metrics,
  client: Given,
  { topicOf = (topic) => topic }: MqttOptions = {},
): Given {
  const publish = client.publish.bind(client) as (...args: unknown[]) => unknown;
  client.publish = (topic: string, ...rest: unknown[]): unknown => {
    metrics.countMqttMessage(topicOf(topic), 'publish');
    return publish(topic, ...rest);
  };
  client.on('message', (topic) => metrics.countMqttMessage(topicOf(topic), 'subscribe'));
  return client;
}
