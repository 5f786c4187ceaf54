// Fields with units and long names, for the sections of the snapshot: the archive, the reference page and `explain` take
// them from there.
import { boolean, described, instant as anInstant, listOf, number, string } from './shape.ts';

/** A number with a CF unit and a long name. */
export const quantity = (units: string, long_name: string) => described(number, { units, long_name });

export const flag = (long_name: string) => described(boolean, { long_name });

export const words = (long_name: string) => described(string, { long_name });

export const instant = (long_name: string) => described(anInstant, { long_name });

export const names = (long_name: string) => described(listOf(string), { long_name });
