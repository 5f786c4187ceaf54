import { formatDuration } from '../../core/quantity.ts';
import { defineJudgement } from '../define.ts';
import { measured } from '../findings.ts';

export const clock = defineJudgement({
  name: 'clock',
  summary:
    'clocks of nodes lie apart, by more than the time that a report travels explains; a node that prints an old report looks the same',
  subsystem: 'system',
  severities: ['warning'],
  advice:
    'See whether the clock is synchronised there (timedatectl; chronyc tracking). Where it is right (date), the report is old: see that ops-monitor there makes a new one each time.',
  needs: ['nodes'],
  limits: { key: 'clock', side: 'above', amber: ['duration', '5s', 'clocks further apart than this are a warning'] },
  assess: ({ nodes }) => {
    const read = Object.entries(nodes).flatMap(
      ([node, { clock_offset_seconds: offset, clock_uncertainty_seconds: uncertainty = 0 }]) =>
        offset === undefined ? [] : [{ node, offset, uncertainty }],
    );
    const sorted = read.toSorted((one, other) => one.offset - other.offset);
    const middle = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
    // Of two in the middle, the one that agrees with the clock of this machine.
    const [reference] = middle.flatMap((one) => one ?? []).toSorted((a, b) => Math.abs(a.offset) - Math.abs(b.offset));
    if (reference === undefined || read.length < 2) return [];
    return read.flatMap(({ node, offset, uncertainty }) => {
      if (node === reference.node) return [];
      const apart = offset - reference.offset;
      const [finding] = measured(node, node, 's', {
        value: Math.max(0, Math.round((Math.abs(apart) - uncertainty - reference.uncertainty) * 1000) / 1000),
        // A report from the future cannot be an old one.
        prefix: `${apart < 0 ? `the report of ${node} is old, or its clock is behind` : `the clock of ${node} is ahead of`} that of ${reference.node}, by at least`,
      });
      const said = (value: number, room: number): string =>
        `${value < 0 ? 'behind' : 'ahead of'} the clock of this machine by ${formatDuration(Math.abs(value))}, give or take ${formatDuration(room)}`;
      return finding === undefined
        ? []
        : {
            ...finding,
            evidence: {
              [node]: said(offset, uncertainty),
              [reference.node]: `${said(reference.offset, reference.uncertainty)}; the median of the nodes`,
            },
          };
    });
  },
});
