// test-metrics beside real test runners: its numbers are those that the runner itself printed. Installs pytest and gotestsum, and
// Go, Maven, CMake and GoogleTest where they are missing; Maven fetches its Surefire plugin.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { goProgram, kept, withGo } from './kept.ts';
import { installPackages } from './packages.ts';

const versions = { pytest: '9.2.0', rerunfailures: '16.7', gotestsum: 'v1.13.0', surefire: '3.5.2', jupiter: '5.11.4' };

interface Said {
  readonly status: number | null;
  readonly text: string;
}

function ask(folder: string, [program = '', ...argv]: readonly string[], env: NodeJS.ProcessEnv = {}): Said {
  const { NODE_TEST_CONTEXT: _ours, ...outer } = process.env;
  const { error, status, stdout, stderr } = spawnSync(program, argv, {
    cwd: folder,
    env: { ...outer, ...env },
    encoding: 'utf8',
    timeout: 800_000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  return { status, text: `${stdout}${stderr}` };
}

function succeed(folder: string, argv: readonly string[], env?: NodeJS.ProcessEnv): string {
  const { status, text } = ask(folder, argv, env);
  assert.equal(status, 0, `${argv.join(' ')}: ${text}`);
  return text;
}

interface Counts {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
  readonly flaky: number;
}

/** What test-metrics read, checked to be the same in the textfile. */
function countsOf(t: TestContext, report: string): Counts {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `files: { state: ${folder}/state }\n`);
  const { status, stdout, stderr } = runBundle(
    'test-metrics',
    ['--junit', report, '--suite', 'real', '--json', '--config', config],
    environmentIn(folder),
  );
  assert.equal(status, 0, stderr);
  const { real } = (JSON.parse(stdout) as { suites: { real: Counts } }).suites;
  const textfile = readText(join(folder, 'state', 'textfiles', 'pytest_metrics.prom'));
  for (const outcome of ['passed', 'failed', 'errors', 'skipped', 'flaky'] as const)
    assert.ok(textfile.includes(`pytest_suite_tests{suite="real",outcome="${outcome}"} ${real[outcome]}\n`), textfile);
  const { tests, passed, failed, errors, skipped, flaky } = real;
  return { tests, passed, failed, errors, skipped, flaky };
}

/** A number that the runner printed. */
function printed(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  assert.ok(found !== undefined, `${String(pattern)} is not in what the runner printed:\n${text.slice(-3000)}`);
  return Number(found);
}

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('test-metrics, real runners', () => {
  test('pytest with pytest-rerunfailures', (t) => {
    installPackages('python3', 'python3-venv');
    const environment = kept(`pytest-${versions.pytest}-${versions.rerunfailures}`, (folder) => {
      succeed(folder, ['/usr/bin/python3', '-m', 'venv', folder]);
      const wanted = [`pytest==${versions.pytest}`, `pytest-rerunfailures==${versions.rerunfailures}`];
      succeed(folder, [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--no-cache-dir', ...wanted]); // prettier-ignore
    });
    const folder = temporaryFolder(t);
    put(folder, {
      'test_mixed.py': `import pytest
tries = []
def test_ok(): pass
@pytest.mark.parametrize("x", ["a&b", "\\x1b[31m", "ü"])
def test_param(x): pass
def test_bad(): assert 1 == 2, "x" * 70000
def test_skip(): pytest.skip("no")
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_xpass_strict(): pass
@pytest.fixture
def bad_setup(): raise RuntimeError("s")
@pytest.fixture
def bad_teardown():
    yield
    raise RuntimeError("t")
def test_setup(bad_setup): pass
def test_both(bad_teardown): assert 0
@pytest.mark.flaky(reruns=2)
def test_flaky():
    tries.append(1)
    assert len(tries) > 1
@pytest.mark.flaky(reruns=2)
def test_never(): assert 0
class TestA:
    def test_in(self): pass
`,
    });
    const { status, text } = ask(folder, [join(environment, 'bin', 'python'), '-m', 'pytest', '-p', 'no:cacheprovider', '--junitxml=junit.xml', 'test_mixed.py']); // prettier-ignore
    assert.equal(status, 1);
    t.diagnostic(/^=+ (.*) =+\s*$/m.exec(text.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? '');
    const { tests: _all, ...counts } = countsOf(t, join(folder, 'junit.xml'));
    assert.deepEqual(counts, {
      passed: printed(text, / (\d+) passed/) + printed(text, / (\d+) xpassed/),
      failed: printed(text, /(\d+) failed/),
      errors: printed(text, / (\d+) errors?/),
      skipped: printed(text, / (\d+) skipped/) + printed(text, / (\d+) xfailed/),
      // Two of the three reruns are of a test that never passes.
      flaky: printed(text, / (\d+) rerun/) - 2,
    });
  });

  test('node:test', (t) => {
    const folder = temporaryFolder(t);
    put(folder, {
      'mixed.test.mjs': `import test, { describe, before, it } from 'node:test';
test('works', () => {});
test('breaks', () => { throw new Error('x'.repeat(70000)); });
test('later', { skip: true }, () => {});
test('todo', { todo: true }, () => {});
test('todo that fails', { todo: true }, () => { throw new Error('t'); });
describe('group', () => { it('in', () => {}); it('bad', () => { throw new Error('y'); }); });
describe('hook', () => { before(() => { throw new Error('before'); }); it('cancelled', () => {}); });
test('parent that fails', async (t) => { await t.test('child', () => {}); throw new Error('self'); });
`,
      'load.test.mjs': 'throw new Error("cannot be loaded");\n',
    });
    const { status, text } = ask(folder, [
      process.execPath,
      '--test',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=junit',
      '--test-reporter-destination=junit.xml',
    ]);
    assert.equal(status, 1);
    assert.deepEqual(countsOf(t, join(folder, 'junit.xml')), {
      tests: printed(text, /tests (\d+)/),
      passed: printed(text, /pass (\d+)/),
      failed: printed(text, /fail (\d+)/) + printed(text, /cancelled (\d+)/),
      errors: 0,
      skipped: printed(text, /skipped (\d+)/) + printed(text, /todo (\d+)/),
      flaky: 0,
    });
  });

  test('go test by gotestsum, also with --rerun-fails', (t) => {
    const program = goProgram({ program: 'gotest.tools/gotestsum', version: versions.gotestsum });
    const folder = temporaryFolder(t);
    put(folder, {
      'go.mod': 'module example.org/app\n\ngo 1.19\n',
      'a_test.go': `package app
import ("os"; "testing")
func TestWorks(t *testing.T) {}
func TestSubs(t *testing.T) { t.Run("good", func(t *testing.T) {}); t.Run("bad/x", func(t *testing.T) { t.Fatal("no") }) }
func TestSkip(t *testing.T) { t.Skip("later") }
func TestFlaky(t *testing.T) { if _, e := os.Stat("tried"); e != nil { os.WriteFile("tried", nil, 0600); t.Fatal("first") } }
`,
      'broken/b_test.go': 'package broken\nimport "testing"\nfunc TestX(t *testing.T) { undefined() }\n',
    });
    const variables = { ...withGo(), GOCACHE: join(folder, 'cache'), GOFLAGS: '-mod=mod' };
    const once = ask(folder, [program, '--junitfile', 'once.xml', '--', './...'], variables);
    assert.equal(once.status, 1);
    // The package that could not be built is a failure, and none of the tests that gotestsum counts.
    const tests = printed(once.text, /DONE (\d+) tests/) + 1;
    const [failed, skipped] = [printed(once.text, /(\d+) failures/), printed(once.text, /(\d+) skipped/)];
    assert.deepEqual(countsOf(t, join(folder, 'once.xml')), {
      tests,
      passed: tests - failed - skipped,
      failed,
      errors: 0,
      skipped,
      flaky: 0,
    });
    rmSync(join(folder, 'tried'));
    const again = ask(folder, [program, '--rerun-fails=2', '--packages', '.', '--junitfile', 'again.xml'], variables); // prettier-ignore
    const attempts = [...again.text.matchAll(/DONE 3 runs, (\d+) tests, (\d+) skipped, (\d+) failures/g)].at(-1);
    assert.ok(attempts, again.text);
    const { passed, flaky, ...counts } = countsOf(t, join(folder, 'again.xml'));
    const [all, left, broke] = attempts.slice(1).map(Number);
    assert.deepEqual(counts, { tests: all, failed: broke, errors: 0, skipped: left });
    assert.deepEqual([passed, flaky], [3, 1]);
  });

  test('Maven Surefire, with rerunFailingTestsCount and a report for each class', (t) => {
    installPackages('maven', 'default-jdk-headless');
    const folder = temporaryFolder(t);
    put(folder, {
      'pom.xml': `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>org.example</groupId><artifactId>app</artifactId><version>1</version>
<properties><maven.compiler.release>17</maven.compiler.release><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>${versions.jupiter}</version><scope>test</scope></dependency></dependencies>
<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>${versions.surefire}</version></plugin><plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin></plugins></build>
</project>
`,
      'src/test/java/org/example/MixedTest.java': `package org.example;
import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
class MixedTest {
  static int tries = 0;
  @Test void works() {}
  @Test void breaks() { fail("always <broken> & \\u001B[31mred"); }
  @Test void flaky() { if (tries++ == 0) fail("first"); }
  @Test void errs() { throw new IllegalStateException("boom"); }
  @Disabled("later") @Test void disabled() {}
  @ParameterizedTest @ValueSource(ints = {1, 2, 3}) void each(int n) { assertTrue(n < 3); }
}
`,
      'src/test/java/org/example/BadSetupTest.java': `package org.example;
import org.junit.jupiter.api.*;
class BadSetupTest {
  @BeforeAll static void before() { throw new IllegalStateException("no setup"); }
  @Test void never() {}
}
`,
      'src/test/java/org/example/QuietTest.java': `package org.example;
import org.junit.jupiter.api.*;
class QuietTest { @Test void a() {} @Test void b() { System.out.println("<testcase name='x'>]]>"); } }
`,
    });
    const { status, text } = ask(folder, ['mvn', '-B', '-q', '-Dsurefire.rerunFailingTestsCount=2', 'test']);
    assert.equal(status, 1);
    const last = [...text.matchAll(/Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+), Flakes: (\d+)/g)].at(-1);
    assert.ok(last, text.slice(-3000));
    const [tests = 0, failed = 0, errors = 0, skipped = 0, flaky = 0] = last.slice(1).map(Number);
    const passed = tests - failed - errors - skipped;
    assert.deepEqual(countsOf(t, join(folder, 'target', 'surefire-reports', 'TEST-*.xml')), { tests, passed, failed, errors, skipped, flaky }); // prettier-ignore
  }); // prettier-ignore

  test('ctest and GoogleTest', (t) => {
    installPackages('cmake', 'make', 'g++', 'libgtest-dev');
    const folder = temporaryFolder(t);
    put(folder, {
      'CMakeLists.txt': `cmake_minimum_required(VERSION 3.21)
project(app CXX)
enable_testing()
add_test(NAME works COMMAND true)
add_test(NAME breaks COMMAND false)
add_test(NAME missing COMMAND /nowhere/program)
add_test(NAME needs COMMAND true)
set_tests_properties(needs PROPERTIES REQUIRED_FILES /nowhere/file)
add_test(NAME prepares COMMAND false)
set_tests_properties(prepares PROPERTIES FIXTURES_SETUP F)
add_test(NAME uses COMMAND true)
set_tests_properties(uses PROPERTIES FIXTURES_REQUIRED F)
add_test(NAME slow COMMAND sleep 30)
set_tests_properties(slow PROPERTIES TIMEOUT 1)
add_test(NAME skipped COMMAND sh -c "exit 77")
set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 77)
add_test(NAME disabled COMMAND true)
set_tests_properties(disabled PROPERTIES DISABLED TRUE)
find_package(GTest REQUIRED)
add_executable(tests tests.cpp)
target_link_libraries(tests GTest::gtest_main)
`,
      'tests.cpp': `#include <gtest/gtest.h>
TEST(S, Works) {}
TEST(S, Breaks) { EXPECT_EQ(1, 2); EXPECT_EQ(3, 4); }
TEST(S, DISABLED_Later) {}
TEST(S, Skips) { GTEST_SKIP() << "no"; }
class P : public ::testing::TestWithParam<int> {};
TEST_P(P, Each) { EXPECT_LT(GetParam(), 2); }
INSTANTIATE_TEST_SUITE_P(I, P, ::testing::Values(1, 2));
`,
    });
    succeed(folder, ['cmake', '-S', '.', '-B', 'build']);
    succeed(folder, ['cmake', '--build', 'build']);
    const { text } = ask(folder, ['ctest', '--test-dir', 'build', '--output-junit', 'ctest.xml']);
    const [failed, ran] = [printed(text, / (\d+) tests failed out of/), printed(text, /tests failed out of (\d+)/)];
    const passed = text.match(/ Passed /g)?.length;
    // ctest counts a skipped test as run, but not a disabled one.
    assert.deepEqual(countsOf(t, join(folder, 'build', 'ctest.xml')), { tests: ran + 1, passed, failed, errors: 0, skipped: 2, flaky: 0 }); // prettier-ignore
    const google = ask(folder, ['build/tests', '--gtest_output=xml:gtest.xml']).text;
    const disabled = printed(google, /YOU HAVE (\d+) DISABLED TEST/);
    assert.deepEqual(countsOf(t, join(folder, 'gtest.xml')), {
      tests: printed(google, /\] (\d+) tests from 2 test suites ran/) + disabled,
      passed: printed(google, /PASSED {2}\] (\d+) tests/),
      failed: printed(google, /(\d+) FAILED TESTS/),
      errors: 0,
      skipped: printed(google, /SKIPPED \] (\d+) test,/) + disabled,
      flaky: 0,
    });
  });
});
