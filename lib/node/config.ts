// Configuration of the report on a node: what it cannot find by itself, or finds wrongly.
import * as z from 'zod';
import type { ShownConfig } from '../health/files.ts';
import { absolutePath, hostAndPort, ownName, secret, unit, webUrl } from '../contract/quantities.ts';

const domain = z
  .string()
  .max(253)
  .regex(/^[a-z\d_]([\w-]*\.)*[\w-]+$/i, 'expected a name, such as "example.org", without a * or a dot at its end');

/** A URL to which the probes add their paths. */
const baseUrl = webUrl.overwrite((url) => url.replace(/\/+$/, '')).meta({ secret: true });

/** Settings of a program that speaks HTTP. */
const httpFields = (url: string, kind: typeof webUrl = baseUrl) => ({
  url: kind.optional().describe(`default: found by units, processes and ports, such as ${url}`),
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
      processes: z
        .array(z.string().min(1).max(15))
        .max(100)
        .prefault([])
        .describe(
          'names of programs (at most 15 characters, as in /proc/PID/comm) that should not outlive their parent',
        ),
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
            .describe('reads with the level strong at most once in five minutes: that writes to the Raft log'),
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
      dns: z
        .strictObject({
          zone: domain.optional().describe('the zone that this node serves'),
          wildcard: domain.optional().describe('a name that its wildcard answers, such as any.example.org'),
          server: hostAndPort
            .optional()
            .describe('the name server to ask; default: that of this node where CoreDNS is found, else those it uses'),
          corefile: absolutePath.default('/etc/coredns/Corefile').describe('the configuration of CoreDNS'),
          certificates: z
            .array(domain)
            .max(20)
            .prefault([])
            .describe('names whose certificates are read, beside `zone` and `wildcard`'),
          https: hostAndPort.default('127.0.0.1:443').describe('where the web server shows its certificates'),
        })
        .prefault({})
        .describe('the name server and the web server of this node'),
      olric: z
        .strictObject({
          address: hostAndPort
            .optional()
            .describe('default: found by units, processes and ports, such as 127.0.0.1:3320'),
          password: secret.optional().describe('its password; needs `address`'),
        })
        .refine(
          ({ address, password }) => password === undefined || address !== undefined,
          'password goes only to an address that is named here: add address',
        )
        .prefault({})
        .describe('the Olric of this node'),
      ipfs: z
        .strictObject({
          ...httpFields('http://127.0.0.1:5001'),
          cluster_url: baseUrl.optional().describe('of ipfs-cluster; default: found, such as http://127.0.0.1:9094'),
          cluster_authorization: secret.optional().describe('like `authorization`; needs `cluster_url`'),
          repo: absolutePath.optional().describe('the repository of kubo, where the key of a private network lies'),
        })
        .refine(...needsUrl)
        .refine(
          (ipfs) => ipfs.cluster_authorization === undefined || ipfs.cluster_url !== undefined,
          'cluster_authorization goes only to an address that is named here: add cluster_url',
        )
        .prefault({})
        .describe('kubo and ipfs-cluster of this node'),
      gateway: z
        .strictObject(httpFields('http://127.0.0.1:6001/v1/health', webUrl))
        .refine(...needsUrl)
        .prefault({})
        .describe('the gateway of this node: the URL of its health'),
      anyone: z
        .strictObject({
          control: z
            .union([absolutePath, hostAndPort])
            .optional()
            .describe('path of the control socket, or address of the control port; default: where the package puts it'),
          cookie: absolutePath.optional().describe('the cookie that `control` wants'),
          password: secret.optional().describe('the password that `control` wants'),
        })
        .refine(
          ({ control, cookie, password }) => control !== undefined || (cookie === undefined && password === undefined),
          'a cookie or password goes only to an address that is named here: add control',
        )
        .prefault({})
        .describe('the relay or client of Anyone, or tor'),
      namespaces: z
        .record(
          ownName,
          z.strictObject({
            port_base: z
              .int()
              .min(1)
              .max(65_531)
              .optional()
              .describe(
                'the lowest of its ports on the loopback address: rqlite there, Olric 2 above, its gateway 4 above',
              ),
            rqlite: baseUrl.optional().describe('such as http://127.0.0.1:10000'),
            olric: hostAndPort.optional().describe('such as 127.0.0.1:10002'),
            gateway: webUrl.optional().describe('URL of its health, such as http://127.0.0.1:10004/v1/health'),
          }),
        )
        .prefault({})
        .describe('namespaces, beside those that are instances of units, such as rqlite@alice.service'),
    })
    .prefault({})
    .describe('what `node-report` looks at (ops/docs/node-report.md)'),
};

export interface NodeConfig extends ShownConfig {
  readonly node: z.output<typeof nodeConfig.node>;
}
