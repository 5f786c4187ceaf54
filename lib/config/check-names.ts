// Names of all checks: those of the registry, and those of the monitor itself.
import { monitorChecks } from '../health/monitor.ts';
import { checks } from './registry.ts';

export const checkNames: readonly string[] = [...checks.map(({ name }) => name), ...monitorChecks];
