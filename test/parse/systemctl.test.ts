import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { parseCount, parseShow, parseTimespan, parseTimestamp, parseUnitNames } from '../../lib/parse/systemctl.ts';
import { refuses } from './refuses.ts';

// systemd 252, --timestamp=unix, TZ=UTC: a service, its timer, a masked unit, one that is not there.
const units = ['hatpro-sync.service', 'hatpro-sync.timer', 'apt-daily.service', 'nosuch.service'];
const shown = `\
Type=oneshot
Result=exit-code
NRestarts=0
ExecMainStartTimestamp=@1795160100
ExecMainStatus=23
LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=static
StateChangeTimestamp=@1795160103
ConditionResult=yes
ConditionTimestamp=@1795160100

Unit=hatpro-sync.service
NextElapseUSecRealtime=Fri 2026-11-20 07:45:00 UTC
NextElapseUSecMonotonic=0
LastTriggerUSec=@1795160100
Result=success
LoadState=loaded
ActiveState=active
SubState=waiting
UnitFileState=enabled
StateChangeTimestamp=@1795160103
ConditionResult=yes
ConditionTimestamp=@1795001234

Type=simple
Result=success
NRestarts=0
ExecMainStartTimestamp=
ExecMainStatus=0
LoadState=masked
ActiveState=inactive
SubState=dead
UnitFileState=masked
StateChangeTimestamp=
ConditionResult=no
ConditionTimestamp=

Type=simple
Result=success
NRestarts=0
ExecMainStartTimestamp=
ExecMainStatus=0
LoadState=not-found
ActiveState=inactive
SubState=dead
UnitFileState=
StateChangeTimestamp=
ConditionResult=no
ConditionTimestamp=
`;

describe('parse/systemctl', () => {
  test('each unit that was asked for has its own block, in the order asked', () => {
    const answer = parseShow(shown, units);
    assert.deepEqual([...answer.keys()], units);
    assert.deepEqual(
      units.map((unit) => [answer.get(unit)?.['LoadState'], answer.get(unit)?.['ActiveState']]),
      [
        ['loaded', 'failed'],
        ['loaded', 'active'],
        ['masked', 'inactive'],
        ['not-found', 'inactive'],
      ],
    );
  });

  test('a timer has its times, and a service has none of a timer', () => {
    const answer = parseShow(shown, units);
    assert.equal(answer.get('hatpro-sync.timer')?.['NextElapseUSecRealtime'], 'Fri 2026-11-20 07:45:00 UTC');
    assert.equal(answer.get('hatpro-sync.timer')?.['NextElapseUSecMonotonic'], '0');
    assert.equal(answer.get('hatpro-sync.timer')?.['NRestarts'], undefined);
    assert.equal(answer.get('hatpro-sync.service')?.['NextElapseUSecRealtime'], undefined);
    assert.equal(answer.get('hatpro-sync.service')?.['ExecMainStatus'], '23');
  });

  test('a property without a value is an empty one, and a value keeps its equals signs and spaces', () => {
    const answer = parseShow('UnitFileState=\nEnvironment=A=1 B=2\nDescription= x \nConditionTimestamp=\n', [
      'a.service',
    ]);
    assert.deepEqual(answer.get('a.service'), {
      UnitFileState: '',
      Environment: 'A=1 B=2',
      Description: ' x ',
      ConditionTimestamp: '',
    });
  });

  test('an alias has the name that was asked for', () => {
    assert.deepEqual(
      [...parseShow('Id=ssh.service\nLoadState=loaded\nConditionTimestamp=\n', ['sshd.service']).keys()],
      ['sshd.service'],
    );
  });

  test('an answer for more or fewer units than were asked for throws, and says how many', () => {
    const cases: [text: string, asked: string[], says: RegExp][] = [
      ['', ['a.service'], /answered for 0 units where 1 /],
      ['\n\n', ['a.service'], /answered for 0 units where 1 /],
      ['LoadState=loaded\n', ['a.service', 'b.service'], /answered for 1 units where 2 /],
      ['LoadState=loaded\n\nLoadState=loaded\n', ['a.service'], /answered for 2 units where 1 /],
      [shown.slice(0, shown.indexOf('NRestarts=0\nExecMainStartTimestamp=\n')), units, /answered for 3 units where 4 /],
    ];
    for (const [text, asked, says] of cases) assert.throws(() => parseShow(text, asked), says);
    assert.ok(cases.length >= 5);
  });

  test('a line that is not a property throws with the line', () => {
    const cases: [text: string, says: RegExp][] = [
      ['Failed to get properties: Connection timed out\n', /Failed to get properties/],
      ['LoadState=loaded\nActiveSta', /ActiveSta/],
      ['=loaded\n', /=loaded/],
    ];
    for (const [text, says] of cases) assert.throws(() => parseShow(text, ['a.service']), says, text);
    assert.ok(cases.length >= 3);
  });

  test('show that was cut off anywhere throws', () => {
    for (let length = 0; length < shown.length; length++)
      assert.throws(() => parseShow(shown.slice(0, length), units), Error, `${length} characters`);
    assert.ok(shown.length > 800);
  });

  const listing = (rows: string[], total: number | string): string =>
    ['UNIT LOAD ACTIVE SUB DESCRIPTION', ...rows, '', 'LOAD   = Reflects …', `${total} loaded units listed.`, ''].join(
      '\n',
    );
  const rows = [
    'hatpro-sync.service                  loaded    failed failed Copy of the HATPRO',
    'dev-disk-by\\x2duuid-4f0c.device      loaded    failed failed /dev/disk/by-uuid/4f0c',
    'backup@srv-data.service              not-found failed failed backup@srv-data.service',
  ];

  test('failed units are the first word of each row', () => {
    assert.deepEqual(parseUnitNames(listing(rows, 3)), [
      'hatpro-sync.service',
      'dev-disk-by\\x2duuid-4f0c.device',
      'backup@srv-data.service',
    ]);
    assert.deepEqual(parseUnitNames(listing([], 0)), []);
    assert.deepEqual(parseUnitNames('0 loaded units listed.\n'), []);
  });

  test('a list of units without its count, with another count, or with an error in it throws', () => {
    const whole = listing(rows, 3);
    const end = whole.indexOf('3 loaded units listed.') + '3 loaded units listed.'.length;
    for (let length = 0; length < end; length++)
      assert.throws(() => parseUnitNames(whole.slice(0, length)), /was cut off/, `${length} characters`);
    const cases = ['', '\n', 'Failed to list units: Broken pipe\n', listing(rows, 2), listing(rows.slice(1), 3)];
    for (const text of cases) assert.throws(() => parseUnitNames(text), /systemctl list-units was cut off/, text);
    assert.deepEqual(parseUnitNames(listing(['Broken pipe', ...rows], 3)).length, 3, 'an error message is no unit');
    assert.ok(cases.length >= 5);
  });

  const time = (text: string): string | undefined => {
    const ms = parseTimestamp(text);
    return ms === undefined ? undefined : new Date(ms).toISOString();
  };

  test('times are read as unix time and as words', () => {
    assert.equal(time('@1795160656'), '2026-11-20T07:44:16.000Z');
    assert.equal(time('@1795160656.250000'), '2026-11-20T07:44:16.250Z');
    assert.equal(time('Fri 2026-11-20 07:45:00 UTC'), '2026-11-20T07:45:00.000Z');
    assert.equal(time('Thu 2026-12-31 23:59:59 UTC'), '2026-12-31T23:59:59.000Z');
  });

  test('an empty, n/a or 0 time is undefined', () => {
    assert.deepEqual(['', 'n/a', '0'].map(parseTimestamp), [undefined, undefined, undefined]);
  });

  test('a time that is cut off, malformed, in another zone or in no calendar throws with the text', () => {
    const cases =
      '@|@-5|@1795160656x|1795160656|infinity| |yesterday|Fri 2026-11-20 07:45:00 CET|Fri 2026-11-20 07:45:00'
        .concat('|Fri 2026-11-20 07:45|Fri 2026-11-20|2026-11-20 07:45:00 UTC|Fr 2026-11-20 07:45:00 UTC')
        .concat('|Fri 2026-13-40 07:45:00 UTC|Fri 2026-11-20 27:45:00 UTC|Mon 2026-02-30 07:45:00 UTC');
    refuses(parseTimestamp, cases.split('|'), 16);
  });

  test('a time span is read in seconds, in every unit', () => {
    const texts = ['1h 16min 133.463ms', '7min 23.884212s', '1d 2h', '1w 3d', '1month 1d', '1y', '30us', '5s'];
    const micros = texts.map((text) => Math.round((parseTimespan(text) ?? Number.NaN) * 1e6));
    const seconds = [4560.133463, 443.884212, 93_600, 864_000, 2_716_200, 31_557_600, 0.00003, 5];
    assert.deepEqual(
      micros,
      seconds.map((second) => Math.round(second * 1e6)),
    );
  });

  test('an empty, 0 or infinite time span is undefined', () => {
    assert.deepEqual(['', '0', 'infinity'].map(parseTimespan), [undefined, undefined, undefined]);
  });

  test('a time span that is cut off or malformed throws with the text', () => {
    const cases = ['5', '1h 16', '1h 16mi', '1h  5s', ' 5s', '5s ', '-5s', '5 s', 'h', '1h infinity', 'n/a', 'soon'];
    refuses(parseTimespan, cases, 12);
  });

  test('a count that systemd has not is no number', () => {
    assert.deepEqual(['0', '7', '104857600'].map(parseCount), [0, 7, 104_857_600]);
    const unset = ['', '[not set]', 'infinity', '18446744073709551615', '-1', '7 '];
    for (const text of unset) assert.equal(parseCount(text), undefined, text);
    assert.ok(unset.length >= 6);
  });
});
