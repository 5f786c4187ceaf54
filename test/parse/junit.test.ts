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
    ['example.org/m | TestA/sub_test | passed | 0.25 | 0', 'example.org/m | TestMain | failed | 0 | 0'],
  ],
  'Maven, with reruns and a thousand seconds': [
    `<?xml version="1.0" encoding="UTF-8"?><testsuite xmlns:xsi="x" name="org.A" time="1,234.5" tests="2">
<testcase name="flaky" classname="org.A" time="1,234.5"><flakyFailure message="&gt;" type="E"><stackTrace><![CDATA[<testcase name="not one">]]></stackTrace></flakyFailure></testcase>
<testcase name="bad" classname="org.A" time="0"><failure type="E"/><rerunFailure type="E"/><rerunFailure type="E"/></testcase></testsuite>`,
    ['org.A | flaky | passed | 1234.5 | 1', 'org.A | bad | failed | 0 | 2'],
  ],
  'pytest-rerunfailures, whose failed attempts are written as passed tests': [
    `<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" tests="4">
<testcase classname="t" name="flaky" time="0.1" /><testcase classname="t" name="flaky" time="0.2" />
<testcase classname="t" name="never" time="0.1" /><testcase classname="t" name="never" time="0.2"><failure message="assert 0"/></testcase>
<testcase classname="t" name="both" time="0.1"><failure message="assert 0"/></testcase><testcase classname="t" name="both" time="0.2"><error message="failed on teardown"/></testcase>
</testsuite></testsuites>`,
    [
      't | flaky | passed | 0.2 | 1',
      't | never | failed | 0.2 | 1',
      't | both | failed | 0.1 | 0',
      't | both | error | 0.2 | 0',
    ],
  ],
  'gotestsum --rerun-fails, which counts each attempt as a test': [
    `<testsuites tests="4" failures="3"><testsuite name="example.org/m"><properties><property name="go.version" value="go1.26"></property></properties>
<testcase classname="example.org/m" name="TestFlaky" time="0.1"><failure message="Failed"/></testcase>
<testcase classname="example.org/m" name="TestBad" time="0.1"><failure message="Failed"/></testcase>
<testcase classname="example.org/m" name="TestBad" time="0.1"><failure message="Failed"/></testcase>
<testcase classname="example.org/m" name="TestFlaky" time="0.2"></testcase></testsuite></testsuites>`,
    [
      'example.org/m | TestFlaky | failed | 0.1 | 0',
      'example.org/m | TestBad | failed | 0.1 | 0',
      'example.org/m | TestBad | failed | 0.1 | 0',
      'example.org/m | TestFlaky | passed | 0.2 | 1',
    ],
  ],
  'node:test, with a test to do that fails and a test with subtests that fails itself': [
    `<testsuites>
	<testcase name="todo" time="0.1" classname="test"><skipped type="todo" message="true"/><failure message="t"/></testcase>
	<testsuite name="parent fails" tests="1" failures="0"><testcase name="child" time="0.1" classname="parent fails"/></testsuite>
	<testcase name="late" time="0.2" classname="test"><failure type="cancelledByParent" message="m"/></testcase>
	<!-- tests 4 -->
	<!-- fail 1 -->
	<!-- cancelled 1 -->
</testsuites>`,
    [
      'test | todo | skipped | 0.1 | 0',
      'parent fails | child | passed | 0.1 | 0',
      'test | late | failed | 0.2 | 0',
      'node:test | a test with subtests, which the report does not name | failed | NaN | 0',
    ],
  ],
  'ctest, which writes tests that it could not run as skipped and counts them as failed': [
    `<testsuite name="(empty)" tests="6" failures="1" disabled="1" skipped="3" time="1">
<testcase name="works" classname="works" time="0.005" status="run"><system-out></system-out></testcase>
<testcase name="breaks" classname="breaks" time="0.02" status="fail"><failure message=""/><system-out></system-out></testcase>
<testcase name="missing" classname="missing" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="needs" classname="needs" time="0" status="notrun"><skipped message="Required Files Missing"/></testcase>
<testcase name="uses" classname="uses" time="0" status="notrun"><skipped message="Fixture dependency failed"/></testcase>
<testcase name="skipped" classname="skipped" time="0.009" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
<testcase name="off" classname="off" time="0" status="disabled"><system-out>Disabled</system-out></testcase></testsuite>`,
    [
      'works | works | passed | 0.005 | 0',
      'breaks | breaks | failed | 0.02 | 0',
      'missing | missing | failed | 0 | 0',
      'needs | needs | failed | 0 | 0',
      'uses | uses | failed | 0 | 0',
      'skipped | skipped | skipped | 0.009 | 0',
      'off | off | skipped | 0 | 0',
    ],
  ],
  'GoogleTest, with disabled tests and two failures of one test': [
    `<testsuites tests="4" failures="1" disabled="1" errors="0" name="AllTests"><testsuite name="S" tests="4">
<testcase name="Works" status="run" result="completed" time="0.001" classname="S" />
<testcase name="Breaks" status="run" result="completed" time="0" classname="S"><failure message="1"><![CDATA[a > b]]></failure><failure message="2"/></testcase>
<testcase name="DISABLED_Later" status="notrun" result="suppressed" time="0" classname="S" />
<testcase name="Skips" status="run" result="skipped" time="0" classname="S"><skipped message="no"/></testcase></testsuite></testsuites>`,
    [
      'S | Works | passed | 0.001 | 0',
      'S | Breaks | failed | 0 | 0',
      'S | DISABLED_Later | skipped | 0 | 0',
      'S | Skips | skipped | 0 | 0',
    ],
  ],
  'Bazel, which writes a report of one test for a program without a report of its own': [
    `<testsuites><testsuite name="app/main_test" tests="1" failures="0" errors="1">
<testcase name="app/main_test" status="run" duration="2" time="2"><error message="exited with error code 1"></error></testcase>
<system-out>Generated test.log (if the file is not UTF-8, then this may be unreadable): <![CDATA[]]></system-out></testsuite></testsuites>`,
    ['app/main_test | app/main_test | error | 2 | 0'],
  ],
  'jest-junit': [
    `<testsuites name="jest tests" tests="3" failures="1" errors="0" time="1.2"><testsuite name="sum" errors="0" failures="1" skipped="1" tests="3" time="0.5">
<testcase classname="sum adds" name="sum adds" time="0.003"></testcase>
<testcase classname="sum breaks" name="sum breaks" time="0.004"><failure>Error: expect(received).toBe(expected)</failure></testcase>
<testcase classname="sum later" name="sum later" time="0"><skipped/></testcase></testsuite></testsuites>`,
    [
      'sum adds | sum adds | passed | 0.003 | 0',
      'sum breaks | sum breaks | failed | 0.004 | 0',
      'sum later | sum later | skipped | 0 | 0',
    ],
  ],
  'PHPUnit, with suites within suites': [
    `<testsuites><testsuite name="phpunit.xml" tests="3" assertions="3" errors="1" failures="1" skipped="0" time="0.01"><testsuite name="unit"><testsuite name="Tests\\AppTest" file="/app/AppTest.php">
<testcase name="testWorks" file="/app/AppTest.php" line="8" class="Tests\\AppTest" classname="Tests.AppTest" assertions="1" time="0.002"/>
<testcase name="testBreaks with data set &quot;a&quot;" class="Tests\\AppTest" classname="Tests.AppTest" time="0.001"><failure type="PHPUnit\\Framework\\ExpectationFailedException">no</failure></testcase>
<testcase name="testErrs" class="Tests\\AppTest" classname="Tests.AppTest" time="0.001"><error type="Error">boom</error></testcase>
</testsuite></testsuite></testsuite></testsuites>`,
    [
      'Tests.AppTest | testWorks | passed | 0.002 | 0',
      'Tests.AppTest | testBreaks with data set "a" | failed | 0.001 | 0',
      'Tests.AppTest | testErrs | error | 0.001 | 0',
    ],
  ],
};

describe('parse/junit', () => {
  test('reads the reports of each runner', () => {
    assert.ok(Object.keys(reports).length >= 12);
    for (const [runner, [text, cases]] of Object.entries(reports)) assert.deepEqual(shown(text), cases, runner);
  });

  test('a test without a time has none, and a suite without tests is empty', () => {
    assert.ok(Number.isNaN(parseJunit('<testsuite><testcase name="a"/></testsuite>')[0]?.seconds));
    assert.ok(Number.isNaN(parseJunit('<testsuite><testcase name="a" time="-1"/></testsuite>')[0]?.seconds));
    assert.deepEqual(parseJunit('<testsuites/>'), []);
  });

  test('a duration that cannot be understood is no number; a thousands separator and a decimal comma are', () => {
    const cases: [text: string, seconds: number][] = [
      ['1,234.5', 1234.5],
      ['1,234', 1234],
      ['12,345,678.9', 12_345_678.9],
      ['0,5', 0.5],
      ['12,25', 12.25],
      ['1e-3', 0.001],
      ['4.', 4],
      ['', NaN],
      ['-1', NaN],
      ['NaN', NaN],
      ['Infinity', NaN],
      ['1e300', NaN],
      ['0x10', NaN],
      ['1.234,5', NaN],
      ['1,2,3', NaN],
      ['2m', NaN],
      [' ', NaN],
    ];
    for (const [text, seconds] of cases)
      assert.equal(parseJunit(`<testsuite><testcase name="a" time="${text}"/></testsuite>`)[0]?.seconds, seconds, text);
  });

  test('errors of a suite itself count, and those that a suite without any test says it had', () => {
    const cases: [string, readonly string[]][] = [
      ['<testsuite name="s"><error message="no database"/></testsuite>', ['s | the suite itself | error | NaN | 0']],
      [
        '<testsuite name="s" errors="1"><error/><testcase name="a" time="1"/></testsuite>',
        ['s | a | passed | 1 | 0', 's | the suite itself | error | NaN | 0'],
      ],
      [
        '<testsuites errors="2"><testsuite name="s" errors="1" failures="1"/></testsuites>',
        ['s | the suite itself | error | NaN | 0', 's | the suite itself | failed | NaN | 0'],
      ],
      ['<testsuite name="s" errors="1"><error/></testsuite>', ['s | the suite itself | error | NaN | 0']],
      ['<testsuite name="s" errors="many" failures="-1"/>', []],
      [
        '<testsuite name="s" errors="1"><testcase name="a" time="1"><error/></testcase></testsuite>',
        ['s | a | error | 1 | 0'],
      ],
    ];
    for (const [text, wanted] of cases) assert.deepEqual(shown(text), wanted, text);
    assert.ok(cases.length >= 6);
  });

  test('refuses what is no whole report, and says why', () => {
    const cases: [string, RegExp][] = [
      ['', /it is no JUnit report/],
      ['<html></html>', /it is no JUnit report/],
      ['<testsuite><testcase name="a">', /the XML ends before <\/testcase>/],
      ['<testsuite></testcase>', /closes a tag that is not open, at character 11/],
      ['<testsuite><testcase name="a', /a tag that does not end, at character 11/],
      ['<testsuite><!-- ', /ends within <!--/],
      ['<testsuite>< x></testsuite>', /a tag without a name/],
      ['<testsuite><testcase name="a" name/></testsuite>', /something else than attributes, at character 11/],
      ['<!DOCTYPE t [<!ENTITY a "b">', /the XML ends within <!DOCTYPE/],
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
    assert.equal(parseJunit(`<testsuite><testcase name="${'x'.repeat(1_000_000)}"/></testsuite>`)[0]?.name.length, 200);
  });

  test('an attribute named __proto__ changes nothing else', () => {
    const [tag] = [...tagsOf('<a __proto__="x" b="1"/>')];
    assert.equal(tag?.attributes['b'], '1');
    assert.equal(Object.getPrototypeOf(tag?.attributes), Object.prototype);
  });
});
