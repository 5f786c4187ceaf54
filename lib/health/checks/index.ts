// Every check, in the order of the report.
import { checkoutBehind } from './checkout-behind.ts';
import { checkoutDirty } from './checkout-dirty.ts';
import { clockSynchronised } from './clock-synchronised.ts';
import { endpointCertificate } from './endpoint-certificate.ts';
import { endpointResponse } from './endpoint-response.ts';
import { endpointStatus } from './endpoint-status.ts';
import { filesystemInodes } from './filesystem-inodes.ts';
import { filesystemReadonly } from './filesystem-readonly.ts';
import { filesystemUsage } from './filesystem-usage.ts';
import { fleetAlert } from './fleet-alert.ts';
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
import { hostReachable } from './host-reachable.ts';
import { hostOom } from './host-oom.ts';
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
import { watchdogAlert } from './watchdog-alert.ts';
import { workspaceReachable } from './workspace-reachable.ts';
import { workspaceUsage } from './workspace-usage.ts';

export const checks = [
  hostReachable,
  filesystemUsage,
  filesystemInodes,
  filesystemReadonly,
  workspaceReachable,
  workspaceUsage,
  streamAge,
  mirrorCoverage,
  mirrorMismatch,
  mirrorLag,
  powerVoltage,
  powerCharge,
  powerTemperature,
  gpuErrors,
  gpuCount,
  gpuTemperature,
  gpuThrottled,
  gpuMemory,
  gateVerdict,
  gateAge,
  pluginResult,
  pluginValue,
  metricValue,
  serviceState,
  serviceRestarts,
  timerOverdue,
  watchdogAlert,
  fleetAlert,
  endpointStatus,
  endpointResponse,
  endpointCertificate,
  checkoutDirty,
  checkoutBehind,
  hostLoad,
  hostMemory,
  hostOom,
  hostFailedUnits,
  clockSynchronised,
];
