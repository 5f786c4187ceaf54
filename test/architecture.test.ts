// The layers of ops/docs/architecture.md, checked against the imports of every file.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import test, { describe } from 'node:test';
import fastGlob from 'fast-glob';
import type { Configuration } from '../lib/config/schema.ts';
import { root } from './process.ts';
import { readText, temporaryFolder } from './world.ts';

/** Files of every ending: any of them can be imported. */
const filesIn = (folder: string): string[] => fastGlob.sync(['lib/**', 'scripts/**'], { cwd: folder });
const files = filesIn(root);

interface Import {
  readonly from: string;
  /** One of our files, relative to the root, or the name of a module. */
  readonly to: string;
  /** A type import, which is gone at run time. */
  readonly isType: boolean;
}

const statement = /(?:^|\n)(?:(?:import|export)\s[^'"]*?from|import) '([^']+)'/g;
const call = /\b(?:import|require|getBuiltinModule)\(\s*'([^']+)'/g;

const importsOf = (from: string, text: string): Import[] =>
  [...text.matchAll(statement), ...text.matchAll(call)].map(([whole, target = '']) => ({
    from,
    to: target.startsWith('.') ? relative(root, resolve(root, dirname(from), target)) : target,
    isType: /^\s*(import|export) type /.test(whole),
  }));

const imports = files.flatMap((from) => importsOf(from, readText(join(root, from))));

const ground = new Set(['contract', 'core', 'draw', 'parse', 'engine', 'outbox', 'io']);
/** Layers above the rooms, from the lowest up: each may import the layers before it, the rooms and the ground. */
const above = ['config', 'cli', 'cycle', 'commands', 'demo'];
const roomOf = (file: string): string => (file.startsWith('scripts/') ? 'scripts' : (file.split('/')[1] ?? ''));
const isOurs = (target: string): boolean => target.startsWith('lib/') || target.startsWith('scripts/');

/** The ground: each folder and the folders that it may import. Rooms may import the whole ground except io. */
const groundMayImport: Record<string, readonly string[]> = {
  core: ['core'],
  draw: ['draw', 'core'],
  contract: ['contract', 'core'],
  parse: ['parse', 'contract', 'core'],
  engine: ['engine', 'contract', 'parse', 'core'],
  outbox: ['outbox', 'contract', 'core'],
  io: ['io', 'contract', 'parse', 'core'],
};

/** The files of a room that other rooms may import. */
const isPublic = (target: string): boolean =>
  /^lib\/[\w-]+\/files\.ts$|^lib\/(snapshot|node)\/sections\/|^lib\/node\/report\.ts$|^lib\/archive\/read\.ts$/.test(
    target,
  );

/** Modules of Node and of tools without effects outside of this process: every folder may import them. */
const harmless = new Set([
  'node:path',
  'node:timers/promises',
  'node:util',
  'node:v8',
  'node:zlib',
  'nodemailer/lib/mail-composer',
]);
const tools = ['execa', 'nodemailer', 'write-file-atomic', 'fast-glob', '@zarrita/storage', '@resvg/resvg-js'];

/** The terminal UI's libraries, which take several starts of Node to load. */
const screens = ['ink', 'react'];
const mayDraw = /^lib\/fleet\/live\/[\w-]+\.tsx$/;

function complaintOf({ from, to, isType }: Import): string | undefined {
  const [source, target] = [roomOf(from), roomOf(to)];
  const says = `${from} imports ${to}`;
  if (screens.some((name) => to === name || to.startsWith(`${name}/`)) && !mayDraw.test(from))
    return `${says}: only lib/fleet/live/*.tsx may import the terminal UI's libraries`;
  if (!isOurs(to)) {
    const isTool = tools.some((name) => to === name || to.startsWith(`${name}/`));
    return (isBuiltin(to) || isTool) && !isType && !harmless.has(to) && !['io', 'scripts'].includes(source)
      ? `${says}: only io may import modules with effects`
      : undefined;
  }
  if (to.startsWith('scripts/')) return source === 'scripts' ? undefined : `${says}: only scripts import scripts`;
  if (source === target || source === 'scripts') return undefined;
  if (ground.has(source)) {
    return groundMayImport[source]?.includes(target)
      ? undefined
      : `${says}: ${source} may import ${groundMayImport[source]?.join(', ')} only`;
  }
  if (above.includes(source))
    return above.indexOf(target) > above.indexOf(source) ? `${says}: ${source} lies below ${target}` : undefined;
  if (above.includes(target)) return `${says}: rooms do not import the layers above them`;
  // Nobody hands anything in to what an application imports: it makes its own files and requests, by way of io like all others.
  if (target === 'io' && source === 'application') return undefined;
  if (target === 'io') return `${says}: rooms get the outside world as an argument`;
  return ground.has(target) || isPublic(to)
    ? undefined
    : `${says}: of another room only files.ts, its sections, the node's report.ts and the archive's read.ts may be imported`;
}

describe('architecture', () => {
  test('imports run in one direction, from scripts down to core', () => {
    assert.ok(
      files.length >= 60 && imports.length >= 200,
      `only ${imports.length} imports in ${files.length} files were seen`,
    );
    assert.deepEqual(imports.map(complaintOf).filter(Boolean), []);
  });

  test('no file imports itself by way of others', () => {
    const known = new Map(files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]));
    const done = new Set<string>();
    const circlesFrom = (file: string, path: readonly string[]): string[] => {
      if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' → ')];
      if (done.has(file)) return [];
      const circles = (known.get(file) ?? []).flatMap((to) => circlesFrom(to, [...path, file]));
      done.add(file);
      return circles;
    };
    assert.deepEqual(
      files.flatMap((file) => circlesFrom(file, [])),
      [],
    );
  });

  test('every command enters a site through cli/site.ts, where root becomes the owner of the state', () => {
    const doors = /\b(findSource|loadConfiguration|lastGood|resolvePlaces|ownPlaces|becomeOwnerOf)\b/;
    const allowed = /^lib\/(io|config)\/|^lib\/cli\/site\.ts$/;
    const wrong = files.filter((file) => !allowed.test(file) && doors.test(readText(join(root, file))));
    assert.deepEqual(wrong, []);
    const users = files.filter((file) => /\bopen(Site|Sites|ForStages)\b/.test(readText(join(root, file))));
    assert.ok(users.length >= 8, users.join());
  });

  test('the import rules reject every planted violation, in every form of import', () => {
    const wrong: [from: string, text: string][] = [
      ['lib/core/text.ts', "import { runProbes } from '../engine/probes.ts';"],
      ['lib/health/assess.ts', "import { replaceFile } from '../io/files.ts';"],
      ['lib/health/assess.ts', "import { collect } from '../snapshot/collect.ts';"],
      ['lib/health/assess.ts', "import '../snapshot/zarr-codecs.ts';"],
      ['lib/health/assess.ts', "const { collect } = await import('../snapshot/collect.ts');"],
      ['lib/health/assess.ts', "export { collect } from '../snapshot/collect.ts';"],
      ['lib/report/render.ts', "import { readFileSync } from 'node:fs';"],
      ['lib/report/render.ts', "import { readFileSync } from 'fs';"],
      ['lib/report/render.ts', "const { readFileSync } = process.getBuiltinModule('node:fs');"],
      ['lib/report/render.ts', "import { env } from 'node:process';"],
      ['lib/report/page.tsx', "import { lookup } from 'node:dns/promises';"],
      ['lib/config/load.ts', "import { readFileSync } from 'node:fs';"],
      ['lib/engine/probes.ts', "import { execa } from 'execa';"],
      ['lib/alerts/send.ts', "import SMTPConnection from 'nodemailer/lib/smtp-connection';"],
      ['lib/snapshot/collect.ts', "import { loadConfiguration } from '../config/load.ts';"],
      ['lib/config/load.ts', "import { main } from '../cli/main.ts';"],
      ['lib/io/world.ts', "import { runProbes } from '../engine/probes.ts';"],
      ['lib/fleet/live/session.ts', "import { render } from 'ink';"],
      ['lib/commands/monitor.ts', "const { useState } = await import('react');"],
    ];
    for (const [from, text] of wrong)
      assert.equal(importsOf(from, text).map(complaintOf).filter(Boolean).length, 1, `${from} may contain ${text}`);
  });

  test('the import rules cover files of any ending', (t) => {
    const folder = temporaryFolder(t);
    const planted = ['lib/report/page.tsx', 'lib/report/old.cjs', 'scripts/tool.mts'];
    for (const path of planted) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    assert.deepEqual(filesIn(folder).sort(), planted.sort());
  });

  const registries = [
    'lib/snapshot/probes',
    'lib/snapshot/sections',
    'lib/node/probes',
    'lib/node/sections',
    'lib/health/checks',
    'lib/alerts/transports',
    'lib/thermal/sources',
    'lib/init/finders',
    'lib/fleet/judge',
    'lib/fleet/views',
  ];

  test('every probe, section and check is in the index of its folder, and imports no sibling', () => {
    let members = 0;
    for (const folder of registries) {
      const index = readText(join(root, folder, 'index.ts'));
      for (const file of readdirSync(join(root, folder)).filter((name) => name !== 'index.ts')) {
        members += 1;
        assert.match(
          index,
          new RegExp(`from './${file.replace('.', '\\.')}'`),
          `${folder}/${file} is not in its index`,
        );
        const siblings = imports.filter(({ from, to }) => from === join(folder, file) && dirname(to) === folder);
        assert.deepEqual(siblings, [], `${folder}/${file} imports a sibling`);
      }
    }
    assert.ok(members >= 25, `only ${members} were seen`);
  });

  test('probes, checks and sources of temperatures have the names of their files', async () => {
    const { probes } = await import('../lib/snapshot/probes/index.ts');
    const { checks } = await import('../lib/health/checks/index.ts');
    const namesIn = (folder: string) =>
      readdirSync(join(root, folder))
        .filter((name) => name !== 'index.ts')
        .map((name) => basename(name, '.ts'))
        .sort();
    assert.deepEqual(probes.map(({ name }) => name).sort(), namesIn('lib/snapshot/probes'));
    assert.deepEqual(namesIn('lib/snapshot/sections'), namesIn('lib/snapshot/probes'));
    assert.deepEqual(checks.map(({ name }) => name).sort(), namesIn('lib/health/checks'));
    const { sources } = await import('../lib/thermal/sources/index.ts');
    assert.deepEqual(sources.map(({ name }) => name).sort(), namesIn('lib/thermal/sources'));
    const { finders } = await import('../lib/init/finders/index.ts');
    assert.deepEqual(finders.map(({ name }) => name).sort(), namesIn('lib/init/finders'));
  });

  test('only the registry imports the lists of sections, probes and checks', () => {
    const lists = ['lib/snapshot/sections', 'lib/snapshot/probes', 'lib/health/checks'];
    const others = imports.filter(
      ({ from, to, isType }) =>
        lists.some((folder) => to === `${folder}/index.ts`) && !isType && roomOf(from) !== roomOf(to),
    );
    assert.deepEqual(
      others.map(({ from, to }) => `${from}: ${dirname(to)}`).sort(),
      lists.map((folder) => `lib/config/registry.ts: ${folder}`).sort(),
    );
  });

  test('every check has a runbook, and every runbook a check', async () => {
    const { checkNames } = await import('../lib/config/check-names.ts');
    const names = [...checkNames].sort();
    const pages = readdirSync(join(root, 'ops', 'runbooks'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => basename(name, '.md'))
      .sort();
    assert.ok(names.length >= 18);
    assert.deepEqual(pages, names);
    for (const name of names) {
      const text = readText(join(root, 'ops', 'runbooks', `${name}.md`));
      for (const part of ['## What it means', '## How to look', '## What to do'])
        assert.ok(text.includes(part), `${name}: ${part}`);
    }
  });

  test('only io and the layers above the rooms use clocks, the environment, random numbers and process.exit', () => {
    const forbidden =
      /\bDate\.now\(|\bnew Date\(\)|\bprocess\.(env|exit|argv|getuid)\b|\bMath\.random\(|\bperformance\.now\(/;
    // In a browser there is no io: the page's clock is read in its main.ts.
    const allowed = new Set([...above, 'io', 'scripts', 'application']);
    const searched = files.filter((file) => !allowed.has(roomOf(file)) && file !== 'lib/page/client/main.ts');
    assert.ok(searched.length >= 45, `only ${searched.length} files were searched`);
    for (const file of searched) assert.doesNotMatch(readText(join(root, file)), forbidden, file);
  });

  test('every script of the product is a command of ops-monitor, listed with its own summary', async () => {
    const text = readText(join(root, 'scripts', 'ops-monitor.ts'));
    const listed = [...text.matchAll(/import\('\.\/([\w-]+)\.ts'\)/g)].map((match) => match[1] ?? '').sort();
    const tools = new Set(['build', 'package', 'write-docs', 'ops-monitor']);
    const scripts = readdirSync(join(root, 'scripts'))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => basename(name, '.ts'));
    assert.deepEqual(listed, scripts.filter((name) => !tools.has(name)).sort());

    const { stages } = await import('../lib/cycle/stages.ts');
    const { runCycle } = await import('../lib/commands/run-cycle.ts');
    const { explainCommand } = await import('../lib/commands/explain.ts');
    const { initCommand } = await import('../lib/commands/init.ts');
    const { checkConfig } = await import('../lib/commands/check-config.ts');
    const { exportRules } = await import('../lib/commands/export-rules.ts');
    const { dashboardCommand } = await import('../lib/commands/dashboard.ts');
    const { fleetSnapshot } = await import('../lib/fleet/snapshot.ts');
    const { monitorCommands } = await import('../lib/commands/monitor.ts');
    const { nodeReport } = await import('../lib/commands/node-report.ts');
    const { recordHost } = await import('../lib/commands/record-host.ts');
    const { archiveCommands } = await import('../lib/commands/archive.ts');
    const { completeNames } = await import('../lib/commands/complete-names.ts');
    const { demo } = await import('../lib/demo/demo.ts');
    const { outboxCommands } = await import('../lib/commands/outbox.ts');
    const { rehearse } = await import('../lib/commands/rehearse.ts');
    const { statusCommand } = await import('../lib/commands/status.ts');
    const { acknowledge, pause, resume, silence } = await import('../lib/commands/silence.ts');
    const { thermalHeartbeat } = await import('../lib/thermal/heartbeat.ts');
    const { runGate } = await import('../lib/gates/run.ts');
    const { runBoot } = await import('../lib/boot/run.ts');
    const { runRehearsal } = await import('../lib/rehearsal/run.ts');
    const { archiveFolder } = await import('../lib/io/archive-folder.ts');
    const { whyUnreachable } = await import('../lib/io/reach.ts');
    const { openRunFolder } = await import('../lib/io/run-folder.ts');
    const { runTask } = await import('../lib/io/task.ts');
    const { testMetrics } = await import('../lib/testmetrics/collect.ts');
    const { pushMetrics, pushTextfiles } = await import('../lib/push/push.ts');
    const { pushMeans } = await import('../lib/cycle/push-means.ts');
    const { watchServices } = await import('../lib/watchdog/watch.ts');
    const { makeNet } = await import('../lib/io/net.ts');
    const { isStillAlive, describeThisProcess } = await import('../lib/io/living.ts');
    const { liveOutput, painter } = await import('../lib/io/terminal.ts');
    const commands = [
      ...stages,
      thermalHeartbeat({
        net: async () => makeNet(),
        paint: painter,
        processes: { self: describeThisProcess, isStillAlive },
      }),
      runGate<Configuration>({ runTask, openRunFolder, live: liveOutput(), push: pushTextfiles(pushMeans) }),
      runBoot<Configuration>({
        runTask,
        openRunFolder,
        whyUnreachable,
        live: liveOutput(),
        push: pushTextfiles(pushMeans),
      }),
      runRehearsal<Configuration>({
        runTask,
        whyUnreachable,
        openRunFolder,
        archiveFolder,
        live: liveOutput(),
        secret: async (reference) => makeNet().secret(reference),
        push: pushTextfiles(pushMeans),
      }),
      testMetrics<Configuration>(pushTextfiles(pushMeans)),
      pushMetrics(pushMeans),
      watchServices({ announce: () => undefined, keepNewest: () => undefined, restartServices: async () => [] }),
      runCycle,
      explainCommand,
      statusCommand,
      initCommand,
      exportRules,
      checkConfig,
      dashboardCommand,
      nodeReport,
      monitorCommands,
      fleetSnapshot<Configuration>(async () => assert.fail()),
      recordHost,
      archiveCommands,
      completeNames,
      demo,
      silence,
      pause,
      resume,
      acknowledge,
      outboxCommands,
      rehearse,
    ];
    assert.deepEqual(commands.map(({ name }) => name).sort(), listed);
    for (const { name, summary } of commands) {
      assert.ok(listed.includes(name), name);
      assert.ok(text.includes(`'${summary}'`), `${name}: the list says something else than "${summary}"`);
    }
  });

  test('the root folder holds only the entries that the README shows', () => {
    const folders = 'scripts lib systemd test ops node_modules dist';
    const files = 'package.json package-lock.json tsconfig.json README.md LICENSE CHANGELOG.md SECURITY.md';
    const allowed = new Set(`${folders} ${files}`.split(' '));
    for (const name of readdirSync(root).filter((entry) => !entry.startsWith('.')))
      assert.ok(allowed.has(name), `${name} lies in the root folder`);
    assert.ok(existsSync(join(root, 'README.md')));
  });

  test('the README and the page of the architecture name every folder of lib, and the README every command', () => {
    const readme = readText(join(root, 'README.md'));
    const layout = /^lib\/[^]*?(?=^ops\/)/m.exec(readme)?.[0] ?? '';
    const page = readText(join(root, 'ops', 'docs', 'architecture.md'));
    for (const folder of readdirSync(join(root, 'lib'))) {
      assert.match(layout, new RegExp(`\\b${folder}\\b`), `README.md: ${folder}`);
      assert.ok(page.includes(`\n| \`${folder}\` |`), `architecture.md: ${folder}`);
    }
    const listed = readText(join(root, 'scripts', 'ops-monitor.ts')).matchAll(/import\('\.\/([\w-]+)\.ts'\)/g);
    for (const [, command] of listed) assert.match(readme, new RegExp(`^\\|.*\`${command}[ \`].*\\|`, 'm'), command);
  });
});
