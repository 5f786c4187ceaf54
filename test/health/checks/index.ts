// The cases of every check, by its name.
import type { Case } from '../case.ts';
import { checkoutBehind } from './checkout-behind.ts';
import { checkoutDirty } from './checkout-dirty.ts';
import { clockSynchronised } from './clock-synchronised.ts';
import { endpointCertificate } from './endpoint-certificate.ts';
import { endpointResponse } from './endpoint-response.ts';
import { endpointStatus } from './endpoint-status.ts';
import { filesystemInodes } from './filesystem-inodes.ts';
import { filesystemReadonly } from './filesystem-readonly.ts';
import { filesystemUsage } from './filesystem-usage.ts';
import { gateAge } from './gate-age.ts';
import { gateVerdict } from './gate-verdict.ts';
import { gpuCount } from './gpu-count.ts';
import { gpuErrors } from './gpu-errors.ts';
import { gpuMemory } from './gpu-memory.ts';
import { gpuTemperature } from './gpu-temperature.ts';
import { gpuThrottled } from './gpu-throttled.ts';
import { hostFailedUnits } from './host-failed-units.ts';
import { hostLoad } from './host-load.ts';
import { hostMemory } from './host-memory.ts';
import { hostOom } from './host-oom.ts';
import { hostReachable } from './host-reachable.ts';
import { metricValue } from './metric-value.ts';
import { mirrorCoverage } from './mirror-coverage.ts';
import { mirrorLag } from './mirror-lag.ts';
import { mirrorMismatch } from './mirror-mismatch.ts';
import { pluginResult } from './plugin-result.ts';
import { pluginValue } from './plugin-value.ts';
import { powerCharge } from './power-charge.ts';
import { powerTemperature } from './power-temperature.ts';
import { powerVoltage } from './power-voltage.ts';
import { serviceRestarts } from './service-restarts.ts';
import { serviceState } from './service-state.ts';
import { streamAge } from './stream-age.ts';
import { timerOverdue } from './timer-overdue.ts';
import { fleetAlert } from './fleet-alert.ts';
import { watchdogAlert } from './watchdog-alert.ts';
import { workspaceReachable } from './workspace-reachable.ts';
import { workspaceUsage } from './workspace-usage.ts';

export const cases: Readonly<Record<string, readonly Case[]>> = {
  'filesystem-usage': filesystemUsage,
  'filesystem-inodes': filesystemInodes,
  'host-reachable': hostReachable,
  'stream-age': streamAge,
  'mirror-coverage': mirrorCoverage,
  'mirror-mismatch': mirrorMismatch,
  'mirror-lag': mirrorLag,
  'workspace-reachable': workspaceReachable,
  'workspace-usage': workspaceUsage,
  'power-voltage': powerVoltage,
  'power-charge': powerCharge,
  'power-temperature': powerTemperature,
  'watchdog-alert': watchdogAlert,
  'fleet-alert': fleetAlert,
  'gpu-errors': gpuErrors,
  'gpu-count': gpuCount,
  'gpu-temperature': gpuTemperature,
  'gpu-throttled': gpuThrottled,
  'gpu-memory': gpuMemory,
  'gate-verdict': gateVerdict,
  'gate-age': gateAge,
  'plugin-result': pluginResult,
  'metric-value': metricValue,
  'plugin-value': pluginValue,
  'filesystem-readonly': filesystemReadonly,
  'service-state': serviceState,
  'service-restarts': serviceRestarts,
  'timer-overdue': timerOverdue,
  'endpoint-status': endpointStatus,
  'endpoint-response': endpointResponse,
  'endpoint-certificate': endpointCertificate,
  'checkout-dirty': checkoutDirty,
  'checkout-behind': checkoutBehind,
  'host-load': hostLoad,
  'host-memory': hostMemory,
  'host-oom': hostOom,
  'host-failed-units': hostFailedUnits,
  'clock-synchronised': clockSynchronised,
};
