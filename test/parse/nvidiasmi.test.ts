import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { oneLine } from '../../lib/core/harmless.ts';
import {
  addressIn,
  parseGpuList,
  readAmount,
  readCell,
  readFlag,
  readNumber,
  readSlowdowns,
  refusedField,
} from '../../lib/parse/nvidiasmi.ts';

const fields = ['index', 'pci.bus_id', 'temperature.gpu'];

describe('parse/nvidiasmi', () => {
  test('an address is the same in a list and in a message, and keeps a domain other than 0', () => {
    for (const [text, address] of [
      ['00000000:3B:00.0', '3b:00'],
      ['Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.', '3b:00'],
      ['Unable to determine the device handle for GPU0000:3B:00.0: Unknown Error', '3b:00'],
      ['Unable to determine the device handle for GPU1: 0000:3B:00.0: Unknown Error', '3b:00'],
      ['00000001:00:00.0', '1:00:00'],
      ['0000:3B:00.1', '3b:00.1'],
      ['[N/A]', undefined],
      ['12:30:05 on 20.11.2026', undefined],
    ] as const)
      assert.equal(addressIn(text), address, text);
  });

  test('rows, GPUs that are lost and warnings are told apart, wherever they stand', () => {
    const printed = [
      'Unable to determine the device handle for GPU0000:AF:00.0: Unknown Error',
      '0, 00000000:3B:00.0, 45',
      'WARNING: infoROM is corrupted at gpu 0000:3B:00.0',
      '',
      '2, 00000000:B7:00.0, [N/A]',
      'a, b',
      'x, y, z',
    ].join('\n');
    const { rows, lost, warnings, notes } = parseGpuList(printed, fields);
    assert.deepEqual(rows, [
      { index: '0', 'pci.bus_id': '00000000:3B:00.0', 'temperature.gpu': '45' },
      { index: '2', 'pci.bus_id': '00000000:B7:00.0', 'temperature.gpu': '[N/A]' },
    ]);
    assert.deepEqual([...lost.keys()], ['af:00']);
    assert.deepEqual([...warnings], [['3b:00', 'WARNING: infoROM is corrupted at gpu 0000:3B:00.0']]);
    assert.deepEqual(notes.slice(2), ['a, b', 'x, y, z']);
  });

  test('endless output is refused, and lines of it are shortened and harmless', () => {
    assert.throws(() => parseGpuList('x'.repeat(300_000), fields), /printed 300000 characters/);
    const { notes } = parseGpuList(`${'y'.repeat(5000)}\n\u001b[31mred\u0007\n${'z\n'.repeat(1000)}`, fields);
    assert.equal(notes.length, 20);
    assert.ok(notes.every((note) => note.length <= 200));
    assert.deepEqual(notes, notes.map(oneLine));
  });

  test('a word in brackets is no number, and says whether the GPU has no such thing or could not tell', () => {
    for (const text of ['[N/A]', 'N/A', '[Not Supported]', '', '[Requested functionality has been deprecated]'])
      assert.deepEqual([readCell(text), readNumber(text)], [undefined, undefined], text);
    for (const text of [
      '[Unknown Error]',
      '[GPU is lost]',
      '[GPU requires reset]',
      '[Insufficient Permissions]',
      'ERR!',
    ])
      assert.ok(typeof readNumber(text) === 'object', text);
    for (const text of ['', '0x10', '1e9', '45 C', 'NaN', 'Infinity', '12,5', '--1'])
      assert.ok(typeof readNumber(text) !== 'number', text);
    assert.deepEqual(['45', '-3', '312.53'].map(readNumber), [45, -3, 312.53]);
    assert.deepEqual(['0', '-3', '[N/A]'].map(readAmount), [0, { problem: '-3 is below 0' }, undefined]);
  });

  test('a flag that is neither yes nor no is a problem', () => {
    assert.deepEqual([readFlag('Yes'), readFlag('No'), readFlag('[N/A]')], [true, false, undefined]);
    assert.deepEqual(readFlag('Maybe'), { problem: 'Maybe is neither Yes nor No' });
    assert.equal(readFlag('Enabled', ['Enabled', 'Disabled']), true);
  });

  test('only heat, hardware slowdown and power brake count as slowed down; idle clocks and the power cap do not', () => {
    for (const [mask, words] of [
      ['0x0000000000000000', []],
      ['0x0000000000000001', []],
      ['0x0000000000000004', []],
      ['0x0000000000000020', ['software thermal slowdown']],
      ['0x0000000000000048', ['hardware slowdown', 'hardware thermal slowdown']],
      [
        '0x00000000000000FF',
        ['hardware slowdown', 'software thermal slowdown', 'hardware thermal slowdown', 'power brake'],
      ],
      ['[N/A]', undefined],
      ['Active', { problem: 'Active is no mask of reasons' }],
    ] as const)
      assert.deepEqual(readSlowdowns(mask), words, mask);
  });

  test('the refused field is read from the message', () => {
    assert.equal(
      refusedField('Field "remapped_rows.pending" is not a valid field to query.\n\n'),
      'remapped_rows.pending',
    );
    assert.equal(refusedField('0, 00000000:3B:00.0, 45'), undefined);
  });
});
