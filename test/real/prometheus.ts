// Prometheus, Debian's or another, with the configuration and rules of ops/prometheus, and its node-exporter on a folder of textfiles. Ports and
// times are other ones.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { makeNet } from '../../lib/io/net.ts';
import { end, freePort, root } from '../process.ts';
import { ruleFile } from '../rules.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { unpackPackage } from './packages.ts';

const net = makeNet({});

interface Settings {
  readonly textfiles: string;
  /** Its URL. */
  readonly alertmanager: string;
  /** Names of the files of rules. */
  readonly rules: readonly string[];
  /** Each occurs in one of them at least. */
  readonly changes: readonly (readonly [from: string, to: string])[];
  /** Between scrapes, and between evaluations. */
  readonly interval?: string;
  /** Of node-exporter, besides that of textfiles. */
  readonly collectors?: readonly string[];
  /** The path of Prometheus, if not Debian's. */
  readonly program?: string;
  /** More of the configuration, given the address at which Prometheus itself listens. */
  readonly more?: (address: string) => { readonly global: object; readonly scrape_configs: readonly object[] };
}

function start(t: TestContext, argv: readonly string[]): void {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: 'ignore' });
  t.after(() => end(child));
}

/** Returns the URL of Prometheus, once it is ready. */
export async function startPrometheus(
  t: TestContext,
  { textfiles, alertmanager, rules, changes, interval = '1s', collectors = [], program, more }: Settings,
): Promise<string> {
  const folder = temporaryFolder(t);
  const [exporterPort, port] = [await freePort(), await freePort()];
  const exporter = join(unpackPackage(t, 'prometheus-node-exporter'), 'usr/bin/prometheus-node-exporter');
  const collecting = ['textfile', ...collectors].map((name) => `--collector.${name}`);
  const argv = ['--collector.disable-defaults', ...collecting, `--collector.textfile.directory=${textfiles}`];
  start(t, [exporter, ...argv, `--web.listen-address=127.0.0.1:${exporterPort}`]);

  mkdirSync(join(folder, 'rules'));
  const texts = rules.map((name) => readText(ruleFile(name)));
  for (const [from] of changes) assert.ok(texts.join('').includes(from), `${from} is in no rule`);
  for (const [index, text] of texts.entries())
    writeFileSync(
      join(folder, 'rules', `${rules[index]}.yml`),
      changes.reduce((before, [from, to]) => before.replaceAll(from, to), text),
    );
  const text = readText(join(root, 'ops', 'prometheus', 'prometheus.yml'));
  const settings = parse(
    text.replace('127.0.0.1:9093', new URL(alertmanager).host).replace('127.0.0.1:9101', `127.0.0.1:${exporterPort}`),
  ) as { global: object; scrape_configs: { job_name: string }[] };
  const address = `127.0.0.1:${port}`;
  const added = more?.(address);
  const global = {
    ...settings.global,
    ...added?.global,
    scrape_interval: interval,
    scrape_timeout: interval,
    evaluation_interval: interval,
  };
  const scrape_configs = settings.scrape_configs.filter(({ job_name }) => job_name === 'node-exporter');
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    stringify({ ...settings, global, scrape_configs: [...scrape_configs, ...(added?.scrape_configs ?? [])] }),
  );
  const prometheus = program ?? join(unpackPackage(t, 'prometheus'), 'usr/bin/prometheus');
  const storage = `--storage.tsdb.path=${join(folder, 'data')}`;
  start(t, [prometheus, `--config.file=${config}`, storage, `--web.listen-address=${address}`]);
  const url = `http://${address}`;
  await until(async () => (await net.request({ method: 'GET', url: `${url}/-/ready`, seconds: 2 })).status === 200);
  return url;
}
