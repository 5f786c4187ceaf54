// A plant that is not there: devices that send values, a database with connections, cameras. What is wrong with it is told by
// the names of faults.

export const faults = {
  errors: 'a fifth of the requests fails',
  slow: 'requests take more than a second',
  offline: 'a third of the devices is offline',
  silent: 'no device sends values',
  database: 'nine of ten connections of the database are used',
  critical: 'a critical alert begins each minute',
} as const;

export type Fault = keyof typeof faults;

interface Device {
  readonly id: number;
  readonly type: 'meter' | 'valve';
  status: 'online' | 'offline' | 'error' | 'warning';
  value: number;
}

const mostConnections = 20;

export interface Plant {
  readonly devices: readonly Device[];
  readonly connections: { readonly used: number; readonly idle: number; readonly max: number };
  /** By camera. */
  readonly frames: Readonly<Record<string, number>>;
  /** One second later. Returns the devices that sent a value. */
  step(): readonly Device[];
  /** Seconds that a query takes now. */
  queryTime(): number;
  /** Whether the next request fails. */
  fails(): boolean;
}

/** `random` gives numbers from 0 to 1. */
export function makePlant(active: ReadonlySet<Fault>, random: () => number = Math.random): Plant {
  const devices = Array.from(
    { length: 48 },
    (_, id): Device => ({ id, type: id % 3 === 0 ? 'valve' : 'meter', status: 'online', value: 20 }),
  );
  let second = 0;
  let connections = { used: 4, idle: 6, max: mostConnections };
  let frames: Record<string, number> = { 'camera-1': 25, 'camera-2': 12.5 };

  const statusOf = ({ id }: Device): Device['status'] => {
    if (active.has('offline') && id % 3 === 1) return 'offline';
    if (id === 7) return 'warning';
    return id === 13 && second % 300 < 60 ? 'error' : 'online';
  };

  return {
    devices,
    get connections() {
      return connections;
    },
    get frames() {
      return frames;
    },
    step: () => {
      second += 1;
      for (const device of devices) {
        device.status = statusOf(device);
        device.value = 20 + 5 * Math.sin((second + device.id * 10) / 60) + random();
      }
      const used = active.has('database') ? 18 : Math.round(5 + 3 * Math.sin(second / 40) + random());
      connections = { used, idle: Math.max(0, Math.min(mostConnections, 10) - used), max: mostConnections };
      frames = { 'camera-1': 25 - random() / 2, 'camera-2': 12.5 - random() / 4 };
      return active.has('silent') ? [] : devices.filter(({ status }) => status !== 'offline');
    },
    queryTime: () => (active.has('slow') ? 1.2 + random() : 0.005 + random() / 20),
    fails: () => active.has('errors') && random() < 0.2,
  };
}
