// The tabs, each a view.
import { type View } from '../view.ts';
import { views } from '../views/index.ts';

export const tabs = [
  { title: 'Overview', view: 'cluster' },
  { title: 'Nodes', view: 'node' },
  { title: 'Services', view: 'service' },
  { title: 'WG Mesh', view: 'mesh' },
  { title: 'DNS', view: 'dns' },
  { title: 'Namespaces', view: 'namespaces' },
  { title: 'Alerts', view: 'alerts' },
] as const;

export const viewNamed = (name: string): View | undefined => views.find((view) => view.name === name);
