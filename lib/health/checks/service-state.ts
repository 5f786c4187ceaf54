import type { Finding, Verdict } from '../../contract/check.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';

type Unit = Readable['services'][string];

export const serviceState = defineCheck({
  name: 'service-state',
  summary: 'a unit failed, is missing, or is off though enabled',
  needs: ['services'],
  assess: ({ services }) => Object.entries(services).map(([subject, unit]) => assessUnit(subject, unit)),
});

function assessUnit(subject: string, unit: Unit): Finding {
  return {
    subject,
    ...judgeUnit(subject, unit),
    value: unit.active_state,
    unit: '',
    limit: { value: 'active', key: '' },
    since: unit.since_at,
    ...(unit.groups.length > 0 ? { dependents: unit.groups } : {}),
  };
}

function judgeUnit(name: string, unit: Unit): Pick<Verdict, 'level' | 'message' | 'clears_when'> {
  const { load_state, active_state, sub_state, result, enabled, exit_status, problem } = unit;
  if (load_state === 'masked') {
    return {
      level: 'amber',
      message: `${name} is masked: nothing can start it`,
      clears_when: 'it is unmasked and started',
    };
  }
  if (load_state !== 'loaded') {
    return {
      level: 'red',
      message: `${name} is watched, but systemd says: ${load_state}`,
      clears_when: 'the unit is installed, or taken out of the configuration',
    };
  }
  if (active_state === 'failed') {
    const how = result === 'exit-code' && exit_status !== undefined ? `exit status ${exit_status}` : result;
    return { level: 'red', message: `${name} failed (${how})`, clears_when: 'it runs again without failing' };
  }
  if (problem !== undefined) {
    return {
      level: 'unknown',
      message: `${name} is ${active_state} (${sub_state}), but systemd's answer is not readable: ${problem}`,
      clears_when: 'systemctl show prints it readably again',
    };
  }
  if (active_state === 'inactive' && enabled.startsWith('enabled') && !isIdleByDesign(unit)) {
    return {
      level: 'amber',
      message: `${name} is off, though it is enabled`,
      clears_when: 'it is started, or disabled on purpose',
    };
  }
  return { level: 'green', message: `${name} is ${active_state} (${sub_state})` };
}

/** A oneshot that has run, and a unit whose own conditions kept it from starting, are inactive without being at fault. */
function isIdleByDesign({ type, last_start_at, condition_met }: Unit): boolean {
  return (type === 'oneshot' && last_start_at !== undefined) || condition_met === false;
}
