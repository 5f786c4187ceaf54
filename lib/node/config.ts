// Configuration of the report on a node: what it cannot find by itself, or finds wrongly.
import * as z from 'zod';
import { unit, webUrl } from '../contract/quantities.ts';

export const nodeConfig = {
  node: z
    .strictObject({
      services: z
        .array(unit)
        .max(200)
        .prefault([])
        .describe('units in the section `services`, beside those that the report finds by itself'),
      internet: webUrl
        .optional()
        .describe(
          'the internet is reachable when this URL answers; without it the section says only whether there is a route',
        ),
    })
    .prefault({})
    .describe('what `node-report` looks at (ops/docs/node-report.md)'),
};

export interface NodeConfig {
  readonly node: z.output<typeof nodeConfig.node>;
}
