import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseJunit } from '../../lib/parse/junit.ts';
import { tagsOf } from '../../lib/parse/xml.ts';

const shown = (text: string): string[] =>
  parseJunit(text).map(({ group, name, outcome, seconds, reruns }) =>
    [group, name, outcome, seconds, reruns].join(' | '),
  );

/** Reports as the runners write them. */
const reports: Record<string, [text: string, cases: readonly string[]]> = {
  pytest: [
    `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.31">
<testcase classname="test_a.TestA" name="test_ok[x&amp;y]" time="0.101" />
<testcase classname="test_a" name="test_bad" time="0.002"><failure message="assert 1 == 2">a &lt; b</failure></testcase>
<testcase classname="test_a" name="test_setup" time="0.001"><error message="failed on setup">…</error></testcase>
<testcase classname="test_a" name="test_skip" time="0.000"><skipped type="pytest.skip" message="no">x</skipped></testcase>
</testsuite></testsuites>`,
    [
      'test_a.TestA | test_ok[x&y] | passed | 0.101 | 0',
      'test_a | test_bad | failed | 0.002 | 0',
      'test_a | test_setup | error | 0.001 | 0',
      'test_a | test_skip | skipped | 0 | 0',
    ],
  ],
  'node:test, with suites within suites': [
    `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
	<testsuite name="outer" time="0.003" disabled="0" errors="0" tests="1" failures="0" skipped="0" hostname="h">
		<testcase name="inner" time="0.000544" classname="test"/>
	</testsuite>
	<testcase name="alone" time="0.1" classname="test"><failure type="testCodeFailure" message="boom">
[Error: boom] { failureType: 'testCodeFailure' }
	</failure></testcase>
	<!-- tests 2 -->
</testsuites>`,
    ['test | inner | passed | 0.000544 | 0', 'test | alone | failed | 0.1 | 0'],
  ],
  gotestsum: [
    `<testsuites tests="2"><testsuite tests="2" name="example.org/m" time="0.5"><properties><property name="go.version" value="go1.26"></property></properties>
<testcase classname="example.org/m" name="TestA/sub_test" time="0.250000"></testcase><testcase classname="" name="TestMain" time="0.000000"><failure message="Failed" type=""></failure></testcase></testsuite></testsuites>`,
    ['example.org/m | TestA/sub_test | passed | 0.25 | 0', ' | TestMain | failed | 0 | 0'],
  ],
  'Maven, with reruns and a thousand seconds': [
    `<?xml version="1.0" encoding="UTF-8"?><testsuite xmlns:xsi="x" name="org.A" time="1,234.5" tests="2">
<testcase name="flaky" classname="org.A" time="1,234.5"><flakyFailure message="&gt;" type="E"><stackTrace><![CDATA[<testcase name="not one">]]></stackTrace></flakyFailure></testcase>
<testcase name="bad" classname="org.A" time="0"><failure type="E"/><rerunFailure type="E"/><rerunFailure type="E"/></testcase></testsuite>`,
    ['org.A | flaky | passed | 1234.5 | 1', 'org.A | bad | failed | 0 | 2'],
  ],
};

describe('parse/junit', () => {
  test('reads the reports of each runner', () => {
    assert.ok(Object.keys(reports).length >= 4);
    for (const [runner, [text, cases]] of Object.entries(reports)) assert.deepEqual(shown(text), cases, runner);
  });

  test('a test without a time has none, and a suite without tests is empty', () => {
    assert.ok(Number.isNaN(parseJunit('<testsuite><testcase name="a"/></testsuite>')[0]?.seconds));
    assert.ok(Number.isNaN(parseJunit('<testsuite><testcase name="a" time="-1"/></testsuite>')[0]?.seconds));
    assert.deepEqual(parseJunit('<testsuites/>'), []);
  });

  test('refuses what is no whole report, and says why', () => {
    const cases: [string, RegExp][] = [
      ['', /it is no JUnit report/],
      ['<html></html>', /it is no JUnit report/],
      ['<testsuite><testcase name="a">', /the XML ends before <\/testcase>/],
      ['<testsuite></testcase>', /closes <\/testcase>, which is not open/],
      ['<testsuite><testcase name="a', /a tag that does not end/],
      ['<testsuite><!-- ', /ends within <!--/],
      ['<testsuite>< x></testsuite>', /a tag without a name/],
      ['<a>'.repeat(100), /nested more than 64 deep/],
    ];
    for (const [text, words] of cases) assert.throws(() => parseJunit(text), words, text.slice(0, 60));
  });

  test('entities that a document defines are not expanded', () => {
    const laughs = Array.from(
      { length: 20 },
      (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
    ).join('');
    const text = `<!DOCTYPE t [<!ENTITY l0 "ha">${laughs}]><testsuite><testcase name="&l20;&#72;&#x69;&#0;&amp;"/></testsuite>`;
    assert.equal(parseJunit(text)[0]?.name, '&l20;Hi\uFFFD&');
    const external = '<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuite><testcase name="&xxe;"/></testsuite>';
    assert.equal(parseJunit(external)[0]?.name, '&xxe;');
  });

  test('50,000 tests are read, 200,001 are refused, and names are cut', () => {
    const many = (count: number): string => `<testsuite>${'<testcase name="a" time="0.1"/>'.repeat(count)}</testsuite>`;
    assert.equal(parseJunit(many(50_000)).length, 50_000);
    assert.throws(() => parseJunit(many(200_001)), /more than 200000 tests/);
    assert.equal(parseJunit(`<testsuite><testcase name="${'x'.repeat(60_000)}"/></testsuite>`)[0]?.name.length, 200);
  });

  test('an attribute named __proto__ changes nothing else', () => {
    const [tag] = [...tagsOf('<a __proto__="x" b="1"/>')];
    assert.equal(tag?.attributes['b'], '1');
    assert.equal(Object.getPrototypeOf(tag?.attributes), Object.prototype);
  });
});
