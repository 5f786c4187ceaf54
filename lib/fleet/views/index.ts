// The views of a fleet, in the order of the tabs of the live one.
import type { View } from '../view.ts';
import { alerts } from './alerts.ts';
import { cluster } from './cluster.ts';
import { dns } from './dns.ts';
import { mesh } from './mesh.ts';
import { namespaces } from './namespaces.ts';
import { node } from './node.ts';
import { report } from './report.ts';
import { service } from './service.ts';

export const views: readonly View[] = [cluster, node, service, mesh, dns, namespaces, alerts, report];
