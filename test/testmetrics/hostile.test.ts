// test-metrics and reports that somebody made to harm it, or that broke: the installed bundle says so, in bounded time and memory.
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

/** Node and the bundle use 60 MiB; the largest report has 16 MiB, and its text as many or twice as many. */
const mostMiB = 300;

function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  const peak = join(folder, 'peak');
  writeFileSync(config, `files: { state: ${state} }\n`);
  writeFileSync(
    join(folder, 'peak.cjs'),
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)))`,
  );
  const env = { ...environmentIn(folder), NODE_OPTIONS: `--require=${join(folder, 'peak.cjs')}` };
  return {
    folder,
    put: (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    /** Fails where the run used too much memory, or took two minutes. */
    read: (path: string) => {
      const ran = runBundle('test-metrics', ['--junit', path, '--suite', 'unit', '--json'], {
        ...env,
        OPS_MONITOR_CONFIG: config,
      });
      const usedMiB = Number(readText(peak)) / 1024;
      assert.ok(usedMiB > 20 && usedMiB < mostMiB, `${path}: ${usedMiB} MiB`);
      return ran;
    },
    textfile: () => readText(join(state, 'textfiles', 'pytest_metrics.prom')),
    results: () => readText(join(state, 'monitoring', 'test_results.json')),
  };
}

const report = (cases: string): string => `<testsuite name="s">${cases}</testsuite>`;
const largest = 16 * 1024 * 1024;
const filling = (part: string): string => part.repeat(Math.floor((largest - 500) / part.length));

describe('test-metrics, hostile reports', () => {
  test('a report that cannot be used is refused with its path and the reason', (t) => {
    const { put, read, folder } = makeSite(t);
    mkdirSync(join(folder, 'folder.xml'));
    assert.equal(runProcess(['mkfifo', join(folder, 'fifo.xml')]).status, 0);
    symlinkSync('/dev/zero', join(folder, 'endless.xml'));
    symlinkSync('loop.xml', join(folder, 'loop.xml'));
    truncateSync(put('large.xml', '<testsuite>'), 200 * 1024 * 1024);
    put('utf16.xml', Buffer.from(`\uFEFF${report('<testcase name="a"/>')}`, 'utf16le'));
    put('nul.xml', Buffer.alloc(1000));
    put('json.xml', '{"tests": 5}');
    put('torn.xml', '<testsuite><testcase name="a">');
    put('deep.xml', '<a>'.repeat(100_000));
    put('many.xml', report(filling('<testcase/>')));
    put('errors.xml', report(filling('<testsuite errors="999999" failures="999999"/>')));
    const cases: [name: string, words: RegExp][] = [
      ['missing.xml', /missing\.xml does not exist/],
      ['folder.xml', /is not a regular file/],
      ['fifo.xml', /is not a regular file/],
      ['endless.xml', /is not a regular file/],
      ['loop.xml', /loop\.xml is a loop of symbolic links/],
      ['large.xml', /is too large to be read whole: 209715200 bytes/],
      ['utf16.xml', /it is UTF-16 or no text: a report must be UTF-8/],
      ['nul.xml', /it is UTF-16 or no text: a report must be UTF-8/],
      ['json.xml', /it is no JUnit report: it has no <testsuite>/],
      ['torn.xml', /the XML ends before <\/testcase>/],
      ['deep.xml', /the XML is nested more than 64 deep/],
      ['many.xml', /the report has more than 200000 tests/],
      ['errors.xml', /the report has more than 200000 tests/],
    ];
    for (const [name, words] of cases) {
      const { status, stderr } = read(join(folder, name));
      assert.equal(status, 1, `${name}: ${stderr}`);
      assert.match(stderr, words);
      assert.ok(stderr.includes(join(folder, name)), stderr);
    }
  });

  test('texts made to keep a parser busy for hours are read or refused at once', (t) => {
    const { put, read } = makeSite(t);
    const texts: Record<string, [text: string, status: number]> = {
      declarations: [report(filling('<!x>') + '<testcase name="a"/>'), 0],
      'a name without a value': [report(`<testcase ${filling('a')}/>`), 1],
      'names without values': [report(`<testcase ${'a '.repeat(30_000)}/>`.repeat(200)), 1],
      'a million attributes': [report(`<testcase ${Array.from({ length: 1_000_000 }, (_, index) => `a${index}=""`).join(' ')}/>`), 0],
      'quotes that do not end': [report(filling('<testcase name="a')), 1],
      'a name of entities': [report(`<testcase name="${filling('&amp;')}"/>`), 0],
      'entities that do not end': [report(`<testcase name="${filling('&#x1')}"/>`), 0],
      'comments that do not end': [report(filling('<!--')), 1],
      spaces: [report(`<testcase${filling(' ')}/>`), 0],
      'spaces around an equals sign': [report(`<testcase a${' '.repeat(8_000_000)}=${' '.repeat(8_000_000)}/>`), 1],
      'half a comment of node:test': [`<testsuite name="${filling('<!-- fail ')}"><testcase name="a"/></testsuite>`, 0],
      'external entity': [`<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>${report('<testcase name="&x;"/>')}`, 0],
    }; // prettier-ignore
    for (const [name, [text, wanted]] of Object.entries(texts)) {
      const { status, stderr } = read(put('report.xml', text));
      assert.equal(status, wanted, `${name}: ${stderr}`);
    }
  });

  test('entities that a report defines are not expanded, and no file is read for them', (t) => {
    const { put, read, results } = makeSite(t);
    const laughs = Array.from({ length: 30 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('');
    const secret = put('secret', 'hush-Zahlwort-77');
    put(
      'report.xml',
      `<!DOCTYPE t [<!ENTITY l0 "ha">${laughs}<!ENTITY x SYSTEM "file://${secret}">]>${report('<testcase name="&l30;" time="1"/><testcase name="&x;" time="1"/>')}`,
    );
    const { status, stderr } = read(secret.replace('secret', 'report.xml'));
    assert.equal(status, 0, stderr);
    assert.match(results(), /"s &l30;"/);
    assert.doesNotMatch(results(), /hush|haha/);
  }); // prettier-ignore

  test('50,000 tests with messages are read, and become 20 series', (t) => {
    const { put, read, textfile } = makeSite(t);
    const cases = Array.from(
      { length: 50_000 },
      (_, index) =>
        `<testcase classname="tests.module_${index % 100}.TestClass" name="test_${index}[value-${index}]" time="0.1"><failure message="assert">line of text</failure></testcase>`,
    );
    const { status, stderr } = read(put('report.xml', report(cases.join('\n'))));
    assert.equal(status, 0, stderr);
    assert.match(textfile(), /^pytest_suite_tests\{suite="unit",outcome="failed"\} 50000$/m);
    assert.equal(textfile().match(/^pytest_test_duration_seconds\{/gm)?.length, 20);
    assert.ok(textfile().length < 10_000);
  });

  test('many large reports are read one after the other', (t) => {
    const { put, read, textfile, folder } = makeSite(t);
    const output = filling('output ');
    for (let index = 0; index < 20; index++)
      put(
        `TEST-${index}.xml`,
        report(`<testcase name="${'n'.repeat(300)}${index}" time="1"/><system-out>${output}</system-out>`),
      );
    const { status, stderr } = read(join(folder, 'TEST-*.xml'));
    assert.equal(status, 0, stderr);
    assert.match(textfile(), /^pytest_suite_tests\{suite="unit",outcome="passed"\} 20$/m);
  });

  test('names with control characters, marks of direction or a megabyte stay harmless in all that is written and printed', (t) => {
    const { put, read, textfile, results } = makeSite(t);
    const names = [
      '\u001B[2J\u0007\u009B31mclear',
      '\u202Eexe.txt\u2066',
      'line\u2028break\r\ntwo',
      'nul\u0000byte',
      'a"} 1\nevil_metric 5',
      'n'.repeat(1_000_000),
      '&#27;[31m&#0;&#x202E;reference',
      '<b>&amp;|`*',
      '__proto__',
      'lone \uD800 surrogate',
    ];
    const escaped = names.map((name) => name.replaceAll(/&(?!#)/g, '&amp;').replaceAll('"', '&quot;'));
    const cases = escaped.map((name, index) => `<testcase classname="c" name="${name}" time="${index + 1}"><failure/></testcase>`);
    const { status, stdout, stderr } = read(put('report.xml', report(cases.join(''))));
    assert.equal(status, 0, stderr);
    for (const [where, text] of Object.entries({ stdout, stderr, textfile: textfile(), results: results() })) {
      // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
      assert.doesNotMatch(text, /[\0-\u0009\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/, where);
      assert.ok(text.length < 50_000, where);
    }
    assert.equal((JSON.parse(stdout) as { suites: { unit: { failures: string[] } } }).suites.unit.failures.length, names.length);
    assert.equal(textfile().match(/^pytest_test_duration_seconds\{/gm)?.length, names.length);
    assert.doesNotMatch(textfile(), /^evil_metric/m);
  }); // prettier-ignore

  test('a report with a byte order mark is read; bytes that are not UTF-8 are shown as such', (t) => {
    const { put, read, results } = makeSite(t);
    assert.equal(read(put('report.xml', `\uFEFF<?xml version="1.0"?>${report('<testcase name="größe" time="1"/>')}`)).status, 0);
    assert.match(results(), /"s größe"/);
    assert.equal(read(put('report.xml', Buffer.from(report('<testcase name="gr\u00F6\u00DFe" time="1"/>'), 'latin1'))).status, 0);
    assert.match(results(), /"s gr\uFFFD\uFFFDe"/);
  }); // prettier-ignore

  test('tests of one name are counted each, and have one duration: the longest', (t) => {
    const { put, read, textfile } = makeSite(t);
    read(put('report.xml', report('<testcase name="a" time="1"/><testcase name="a" time="3"><failure/></testcase><testcase name="a" time="2"/>'))); // prettier-ignore
    assert.match(textfile(), /^pytest_suite_tests\{suite="unit",outcome="passed"\} 2$/m);
    assert.match(textfile(), /^pytest_suite_tests\{suite="unit",outcome="failed"\} 1$/m);
    assert.deepEqual(textfile().match(/^pytest_test_duration_seconds.*$/gm), ['pytest_test_duration_seconds{suite="unit",test="s a"} 3']); // prettier-ignore
  });

  test('durations that cannot be understood are told, and are no zeros; a report without tests changes nothing', (t) => {
    const { put, read, textfile } = makeSite(t);
    const some = read(put('report.xml', report('<testcase name="a" time="1,5"/><testcase name="b" time="NaN"/><testcase name="c" time="-3"/>'))); // prettier-ignore
    assert.match(some.stderr, /unit: 2 tests of 3 without a duration that can be used/);
    assert.match(textfile(), /^pytest_suite_duration_seconds\{suite="unit"\} 1\.5$/m);
    assert.doesNotMatch(textfile(), /test="s [bc]"/);
    read(put('report.xml', report('<testcase name="a"/>')));
    assert.doesNotMatch(textfile(), /pytest_suite_duration_seconds/);
    const none = read(put('report.xml', '<testsuites/>'));
    // Nothing failed in it, but nothing was tried: what was before stays.
    assert.equal(none.status, 1);
    assert.match(none.stderr, /unit: there is no test in \S+report\.xml/);
    assert.match(textfile(), /^pytest_suite_tests\{suite="unit",outcome="passed"\} 1$/m);
  });

  test('a suite named __proto__ has its series like every other', (t) => {
    const { put, folder, textfile } = makeSite(t);
    const path = put('report.xml', report('<testcase name="a" time="1"/>'));
    const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: join(folder, 'config.yaml') };
    for (const suite of ['__proto__', 'constructor'])
      assert.equal(runBundle('test-metrics', ['--junit', path, '--suite', suite], env).status, 0);
    assert.match(textfile(), /^pytest_suite_tests\{suite="__proto__",outcome="passed"\} 1$/m);
    assert.match(textfile(), /^pytest_suite_tests\{suite="constructor",outcome="passed"\} 1$/m);
  });
});
