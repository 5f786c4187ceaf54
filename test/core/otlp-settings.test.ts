import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { otlpSettings } from '../../lib/core/otlp-settings.ts';

const endpoint = 'http://127.0.0.1:4318';
const withMore = (more: Record<string, string> = {}) =>
  otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...more });

describe('core/otlp-settings', () => {
  test('an endpoint alone: its path for traces, two seconds, no header', () => {
    const url = `${endpoint}/v1/traces`;
    assert.deepEqual(withMore(), { url, headers: {}, seconds: 2, resource: {}, problems: [] });
  });

  test('the path of the endpoint stays, and an address for traces is used as it is', () => {
    const urlOf = (more: Record<string, string>) => withMore(more).url;
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/in/` }), `${endpoint}/in/v1/traces`);
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://host/own' }), 'https://host/own');
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://host' }), 'https://host/');
    assert.equal(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }), `${endpoint}/v1/traces`);
  });

  test('values for traces are stronger than those for all signals', () => {
    const { headers, seconds, problems } = withMore({
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'Authorization=Bearer%20abc=, x-key = y',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '750',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    });
    assert.deepEqual([headers, seconds, problems], [{ authorization: 'Bearer abc=', 'x-key': 'y' }, 0.75, []]);
  });

  test('the environment names the service and describes it, and the name of the service has a variable of its own', () => {
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=a,deployment.environment.name=test%20bed';
    assert.deepEqual(withMore({ OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: 'mine' }).resource, {
      'service.name': 'mine',
      'deployment.environment.name': 'test bed',
    });
    assert.equal(withMore({ OTEL_RESOURCE_ATTRIBUTES }).resource['service.name'], 'a');
  });

  test('no request takes longer than ten seconds, because systemd ends the stage', () => {
    assert.equal(withMore({ OTEL_EXPORTER_OTLP_TIMEOUT: '60000' }).seconds, 10);
  });

  test('a value that cannot be used is one clear problem, without the value', () => {
    const cases: [name: string, value: string, problem: RegExp][] = [
      ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /^OTEL_EXPORTER_OTLP_PROTOCOL is not http\/json.* sent as http\/json$/],
      ['OTEL_EXPORTER_OTLP_TIMEOUT', 'secret', /not a number of milliseconds: 2000 is used$/],
      ['OTEL_EXPORTER_OTLP_TIMEOUT', '0', /not a number of milliseconds: 2000 is used$/],
      ['OTEL_EXPORTER_OTLP_HEADERS', 'secret', /^OTEL_EXPORTER_OTLP_HEADERS is not a list/],
      ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=secret', /^OTEL_EXPORTER_OTLP_HEADERS is not a list/],
      ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz', /^OTEL_EXPORTER_OTLP_HEADERS is not a list/],
      ['OTEL_RESOURCE_ATTRIBUTES', 'a=1,secret', /^OTEL_RESOURCE_ATTRIBUTES is not a list/],
      ['OTEL_EXPORTER_OTLP_ENDPOINT', 'secret', /^OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL/],
      ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'ftp://secret', /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http/],
    ];
    for (const [name, value, problem] of cases) {
      const { problems, headers, resource, seconds, url } = withMore({ [name]: value });
      assert.equal(problems.length, 1, name);
      assert.match(problems[0] ?? '', problem);
      assert.doesNotMatch(problems.join(), /secret/);
      assert.deepEqual([headers, resource, seconds], [{}, {}, 2]);
      assert.equal(url === undefined, name.endsWith('ENDPOINT'));
    }
  });
});
