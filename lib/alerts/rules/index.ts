// Every rule, in the order in which a mail names them.
import type { AnyRule } from '../../contract/rule.ts';
import { charge } from './charge.ts';
import { delivery } from './delivery.ts';
import { heartbeat } from './heartbeat.ts';
import { probe } from './probe.ts';
import { red } from './red.ts';
import { service } from './service.ts';
import { snapshot } from './snapshot.ts';
import { stage } from './stage.ts';
import { storage } from './storage.ts';
import { stream } from './stream.ts';
import { temperature } from './temperature.ts';
import { voltage } from './voltage.ts';

/** Of what a snapshot says. Its time is theirs: the same snapshot twice is one look. */
export const snapshotRules = [storage, charge, temperature, voltage, stream, service, probe];

/** Of the monitor itself: time passes for them also while nothing is collected. */
export const ownRules = [snapshot, delivery, heartbeat, stage];

/** Of what health says of it, once it is known of what these tell. */
export { red };

export const allRules: readonly AnyRule[] = [...snapshotRules, red, ...ownRules];
