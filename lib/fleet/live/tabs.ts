// The tabs, each a view.
import type { View } from '../view.ts';
import { alerts } from '../views/alerts.ts';
import { cluster } from '../views/cluster.ts';
import { dns } from '../views/dns.ts';
import { mesh } from '../views/mesh.ts';
import { namespaces } from '../views/namespaces.ts';
import { node } from '../views/node.ts';
import { service } from '../views/service.ts';

interface Tab {
  readonly title: string;
  readonly view: View;
}

const overview: Tab = { title: 'Overview', view: cluster };

export const tabs: readonly Tab[] = [
  overview,
  { title: 'Nodes', view: node },
  { title: 'Services', view: service },
  { title: 'WG Mesh', view: mesh },
  { title: 'DNS', view: dns },
  { title: 'Namespaces', view: namespaces },
  { title: 'Alerts', view: alerts },
];

export const tabAt = (index: number): Tab => tabs[index] ?? overview;
