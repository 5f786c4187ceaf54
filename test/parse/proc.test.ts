import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  parseCgroupCpu,
  parseCpuList,
  parseLoadavg,
  parseMeminfo,
  parseNetDev,
  parseOomKills,
  parseOpenFilesLimit,
  parseProcess,
  parseProportional,
  parseResident,
  parseUptime,
} from '../../lib/parse/proc.ts';
import { refuses } from './refuses.ts';

const meminfo = `\
MemTotal:       16313928 kB
MemFree:         1032840 kB
MemAvailable:    9512340 kB
Buffers:          512044 kB
Cached:          7812004 kB
SwapCached:         1204 kB
SwapTotal:       2097148 kB
SwapFree:        2010108 kB
Dirty:               412 kB
HugePages_Total:       0
Hugepagesize:       2048 kB
`;

const vmstat = `\
nr_free_pages 258210
nr_zone_inactive_anon 301022
pgmajfault 18233
oom_kill 3
numa_hit 91823344
`;

describe('parse/proc', () => {
  test('the load averages are the first three numbers', () => {
    assert.deepEqual(parseLoadavg('0.52 0.58 12.59 3/602 123456\n'), { load_1: 0.52, load_5: 0.58, load_15: 12.59 });
    assert.deepEqual(parseLoadavg('0.00 0.00 0.00 1/89 7\n'), { load_1: 0, load_5: 0, load_15: 0 });
  });

  test('load averages that are cut off or malformed throw with the text', () => {
    const cases =
      '|0.52|0.52 0.58|0.52 0.58 12.59|0.52 0.58 12.|0.52 0.58 x 3/6 1|-1.00 0.58 12.59 3/6 1|NaN NaN NaN 1/1 1';
    refuses(parseLoadavg, ['\n', ...cases.split('|')], 9);
  });

  test('memory is read in bytes', () => {
    assert.deepEqual(parseMeminfo(meminfo), {
      total: 16_705_462_272,
      available: 9_740_636_160,
      swapTotal: 2_147_479_552,
      swapFree: 2_058_350_592,
    });
  });

  test('a machine without swap has 0 bytes of swap', () => {
    const text = meminfo
      .replace(/SwapTotal:.*/, 'SwapTotal:             0 kB')
      .replace(/SwapFree:.*/, 'SwapFree: 0 kB');
    assert.deepEqual([parseMeminfo(text).swapTotal, parseMeminfo(text).swapFree], [0, 0]);
  });

  test('meminfo with a line missing, cut off or in another unit throws, and names the line', () => {
    const cases: [text: string, missing: RegExp][] = [
      ['', /no MemTotal: ""/],
      ['MemTotal:       16313928 kB\n', /no MemAvailable: "MemTotal: {7}16313928 kB/],
      [meminfo.replace(/MemAvailable:.*\n/, ''), /no MemAvailable/],
      [meminfo.replace('16313928 kB', '16313928'), /no MemTotal/],
      [meminfo.replace('16313928 kB', '15931 MB'), /no MemTotal/],
      [meminfo.replace('16313928', '-1'), /no MemTotal/],
      [meminfo.slice(0, meminfo.indexOf('SwapTotal')), /no SwapTotal/],
      [meminfo.slice(0, meminfo.indexOf('2010108') + 3), /no SwapFree/],
      ['cat: /proc/meminfo: Permission denied\n', /no MemTotal: "cat: \/proc\/meminfo/],
    ];
    for (const [text, missing] of cases) assert.throws(() => parseMeminfo(text), missing);
    assert.ok(cases.length >= 9);
  });

  test('the uptime is the first number', () => {
    assert.equal(parseUptime('183224.51 1403928.12\n'), 183_224.51);
    assert.equal(parseUptime('7.03 12.00\n'), 7.03);
  });

  test('an uptime that is cut off or malformed throws with the text', () => {
    refuses(parseUptime, ['', '183224', '183224.51', '183224 1403928.12', 'up 2 days', '-1.00 2.00\n'], 6);
  });

  test('OOM kills are counted since boot', () => {
    assert.equal(parseOomKills(vmstat), 3);
    assert.equal(parseOomKills(vmstat.replace('oom_kill 3', 'oom_kill 0')), 0);
  });

  test('a kernel that does not count OOM kills gives undefined, not 0', () => {
    assert.equal(parseOomKills(vmstat.replace('oom_kill 3\n', '')), undefined);
    assert.equal(parseOomKills('nr_free_pages 258210\nmemcg_oom_kill 5\n'), undefined);
  });

  test('an OOM count that is not a number, and an empty vmstat, throw', () => {
    refuses(parseOomKills, ['', 'oom_kill', 'oom_kill \n', 'oom_kill three\n', 'oom_kill -1\n', 'oom_kill 3 4\n'], 6);
  });

  test('the processors online are counted from ranges and single ones', () => {
    const lists = ['0\n', '0-3\n', '0-3,8\n', '0-3,8-11,64\n', '0-127', '2,4,6\n'];
    assert.deepEqual(lists.map(parseCpuList), [1, 4, 5, 9, 128, 3]);
  });

  test('a list of processors that is cut off, malformed or counts down throws with the text', () => {
    refuses(parseCpuList, ['', '\n', '0-', '0-3,', ',0', '0-3-5', '0 1', 'all', '-1', '0x0', '3-0', '0,7-4'], 12);
  });

  test('a process is read whatever stands in its name, and malformed fields throw', () => {
    const rest = 'S 7 7 7 0 -1 4194560 12 34 0 0 110 22 3 4 20 0 5 0 91823 1000 200 18446744073709551615';
    const expected = { pid: 42, parent: 7, state: 'S', started: 91_823, own: 132, reaped: 7, threads: 5 };
    for (const name of ['sh', 'a b', ') R 1 1 1', 'x\ny', '('])
      assert.deepEqual(parseProcess(`42 (${name}) ${rest}\n`), { ...expected, name });
    refuses(
      parseProcess,
      ['', '42 (sh)', '42 (sh) S 7 7 7', `x (sh) ${rest}`, `42 (sh) ${rest.replace(' 110 ', ' -1 ')}`],
      5,
    );
  });

  test('the memory of a process is in bytes; a kernel thread has none', () => {
    assert.equal(parseResident('VmPeak:\t 9 kB\nVmRSS:\t    2048 kB\nThreads:\t1\n'), 2_097_152);
    assert.equal(parseResident('Name:\tkthreadd\nThreads:\t1\n'), undefined);
    assert.equal(
      parseProportional(
        '5566-7788 ---p 00000000 00:00 0 [rollup]\nRss: 3000 kB\nPss:                1024 kB\nPss_Dirty: 5 kB\n',
      ),
      1_048_576,
    );
    refuses(parseProportional, ['', 'Rss: 12 kB\n'], 2);
  });

  test('the soft limit of open files counts', () => {
    const line = (soft: string): string =>
      `Limit    Soft Limit  Hard Limit  Units\nMax open files            ${soft}      524288      files\n`;
    assert.equal(parseOpenFilesLimit(line('1024')), 1024);
    assert.equal(parseOpenFilesLimit(line('unlimited')), Infinity);
    refuses(parseOpenFilesLimit, ['', 'Max processes 7 7 processes\n', line('x')], 3);
  });

  test('the traffic of each interface is in bytes, also where its name touches the number or has a colon', () => {
    const head =
      'Inter-|   Receive                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes\n';
    const text = `${head}    lo: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\neth0:123456789012 9 0 0 0 0 0 0 77 1 0 0 0 0 0 0\neth0:1: 5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0\n`;
    assert.deepEqual([...parseNetDev(text)].slice(1), [
      ['eth0', { received: 123_456_789_012, sent: 77 }],
      ['eth0:1', { received: 5, sent: 6 }],
    ]);
    for (const line of ['eth0 1 2 3', 'eth0: 1 2', 'eth0: x 0 0 0 0 0 0 0 1'])
      assert.throws(
        () => parseNetDev(`${head}${line}\n`),
        (error: Error) => error.message.includes(JSON.stringify(line)),
      );
  });

  test('the CPU time of a control group is in seconds', () => {
    assert.equal(parseCgroupCpu('usage_usec 1500000\nuser_usec 1\nsystem_usec 2\n'), 1.5);
    refuses(parseCgroupCpu, ['', 'user_usec 1\n', 'usage_usec x\n'], 3);
  });
});
