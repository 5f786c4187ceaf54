// Configuration of the report on a node: what it cannot find by itself, or finds wrongly.
import * as z from 'zod';
import { secret, unit, webUrl } from '../contract/quantities.ts';

/** Of a program that speaks HTTP. */
const httpFields = (url: string) => ({
  url: webUrl.optional().describe(`default: found by units, processes and ports, such as ${url}`),
  authorization: secret
    .optional()
    .describe('the value of the header Authorization, such as `Basic …` or `Bearer …`; needs `url`'),
});

/** A password goes only to an address of the configuration: any user may start a program with the name of another. */
const needsUrl = [
  ({ url, authorization }: { readonly url?: string | undefined; readonly authorization?: string | undefined }) =>
    authorization === undefined || url !== undefined,
  'authorization goes only to an address that is named here: add url',
] as const;

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
      rqlite: z
        .strictObject({
          ...httpFields('http://127.0.0.1:4001'),
          strong_read: z
            .boolean()
            .default(false)
            .describe('reads with the level strong, which writes to the Raft log at each report'),
        })
        .refine(...needsUrl)
        .prefault({})
        .describe('the rqlite of this node'),
      wireguard: z
        .strictObject({
          interface: z
            .string()
            .regex(/^\w[\w.=+-]{0,14}$/, 'expected the name of an interface, such as "wg0"')
            .optional()
            .describe('default: the first interface of WireGuard that is found'),
        })
        .prefault({})
        .describe('the mesh of this node'),
    })
    .prefault({})
    .describe('what `node-report` looks at (ops/docs/node-report.md)'),
};

export interface NodeConfig {
  readonly node: z.output<typeof nodeConfig.node>;
}
