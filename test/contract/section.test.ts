import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { variablesOf } from '../../lib/contract/section.ts';
import { sections } from '../../lib/snapshot/sections/index.ts';

describe('contract/section', () => {
  test('the variables of a GPU are found by their field, and named as its checks name the GPU', () => {
    const names = [
      'gpu_crunch_listed',
      'gpu_crunch_card_3b_00_used_percent',
      'gpu_crunch_card_3b_00_memory_used_percent',
      'gpu_here_card_gpu0_used_percent',
      'level_gpu_errors_crunch_3b_00',
    ];
    const found = (field: string) => variablesOf('gpus', sections.gpus, field, names).map(({ item }) => item);
    assert.deepEqual(found('used_percent'), ['crunch_3b_00', 'here_gpu0']);
    assert.deepEqual(found('memory_used_percent'), ['crunch_3b_00']);
  });
});
