// The views of a fleet, in the order of the tabs of the live one.
import type { View } from '../view.ts';
import { alerts } from './alerts.ts';
import { cluster } from './cluster.ts';

export const views: readonly View[] = [cluster, alerts];
