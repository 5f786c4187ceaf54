// The temperatures of the last thermal heartbeat, where one runs on this machine.
import { isActive, isFault, stateVersion, type ThermalState } from '../thermal/files.ts';

export interface Temperatures {
  /** When the heartbeat last ran: the page shows no number of an old one. */
  readonly at: string;
  readonly sensors: readonly {
    readonly name: string;
    /** Absent where the sensor has no temperature. */
    readonly celsius?: number;
    /** What is wrong with it: `above 85 °C`. */
    readonly trouble?: string;
  }[];
}

export function temperaturesOf(state: ThermalState | undefined): Temperatures | undefined {
  if (state?.schema_version !== stateVersion) return undefined;
  const troubles = new Map(
    Object.values(state.tracks)
      .filter(isActive)
      .map((track) => [
        nameOf(`${track.source} ${track.chip} ${track.sensor}`),
        isFault(track) ? track.why : `above ${track.above} °C`,
      ]),
  );
  const celsius = new Map(
    Object.entries(state.steady).flatMap(([key, value]) =>
      Number.isFinite(value.celsius) ? [[nameOf(key), value.celsius] as const] : [],
    ),
  );
  const sensors = [...new Set([...troubles.keys(), ...celsius.keys()])].map((name) => {
    const [value, trouble] = [celsius.get(name), troubles.get(name)];
    return { name, ...(value === undefined ? {} : { celsius: value }), ...(trouble === undefined ? {} : { trouble }) };
  });
  const rank = ({ trouble, celsius: value }: (typeof sensors)[number]): number =>
    (trouble === undefined ? 0 : 1000) + (value ?? 0);
  return { at: state.at, sensors: sensors.sort((a, b) => rank(b) - rank(a)) };
}

/** Sensor → its name without the source that read it: `coretemp-0 Package id 0`. */
const nameOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
