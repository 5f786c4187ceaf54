// Units that people enabled: those whose file is not a distribution's, and the servers that a site depends on.
import { firstLine, listed } from '../../core/text.ts';
import { parseShow, parseUnitFiles, parseUnitNames } from '../../parse/systemctl.ts';
import { defineFinder, type Finding, type Found } from '../finding.ts';

/** `ConditionTimestamp` is the last that systemd prints: without it the output was cut off. */
const properties = 'FragmentPath,LoadState,ActiveState,ConditionTimestamp';

/** Servers that are watched wherever they are enabled, by the name before `@` and `.service`. */
const servers = new RegExp(
  `^(?:${[
    'sshd?|nginx|apache2|httpd|caddy|haproxy|lighttpd|traefik|varnish|squid|tomcat\\d*|php[\\d.]*-fpm|jupyterhub',
    'postgresql(-\\d+)?|mysqld?|mariadb|mongod|redis(-server)?|valkey(-server)?|memcached|influxdb?|clickhouse-server',
    'elasticsearch|opensearch|rabbitmq-server|mosquitto|kafka|nats-server|minio|seaweedfs',
    'prometheus(-node-exporter|-alertmanager)?|node_exporter|alertmanager|grafana-server|loki|telegraf',
    'docker|k3s|kubelet|libvirtd|slurmctld|slurmd|slurmdbd|munge|pbs|gitlab-runner|gitea|forgejo',
    'nfs-server|nfs-kernel-server|smbd|rsync|rsyncd|vsftpd|proftpd|glusterd|beegfs-\\w+|zfs-zed|syncthing|autofs',
    'postfix|exim4|dovecot|named|bind9|unbound|dnsmasq|slapd|openvpn|wg-quick|strongswan|fail2ban|nut-server',
  ].join('|')})$`,
);

const isOwn = (unit: string): boolean => /^(ops-monitor|thermal-heartbeat|nvme-smart-log)/.test(unit);

const mostUnits = 400;
const mostWatched = 60;

export const services = defineFinder({
  name: 'services',
  summary: 'the services and timers',

  async look({ host }) {
    const isSystemd = await host.stat('/run/systemd/system').then(
      () => true,
      () => false,
    );
    if (!isSystemd)
      return { findings: [], left: [{ what: 'services', why: 'this machine was not booted with systemd' }] };
    const run = async (...words: readonly string[]): Promise<string> => {
      const { exit_code, stdout, stderr } = await host.run(['systemctl', ...words]);
      if (exit_code === 0) return stdout;
      throw new Error(`systemctl ${words[0]} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
    };
    const list = ['--type=service,timer', '--plain', '--full', '--no-pager'];
    const files = parseUnitFiles(await run('list-unit-files', ...list));
    const active = parseUnitNames(await run('list-units', '--state=active', ...list));
    const enabled = files.filter(({ state }) => state.startsWith('enabled')).map(({ name }) => name);
    const units = [
      ...enabled.filter((name) => !name.includes('@.')),
      // A template is enabled; what runs are its instances.
      ...active.filter((name) => name.includes('@')),
    ]
      .filter((name) => !isOwn(name) && /^[\w.@:\\-]+$/.test(name))
      .slice(0, mostUnits);
    if (units.length === 0) return { findings: [], left: [] };
    const shown = parseShow(await run('show', '--timestamp=unix', `--property=${properties}`, '--', ...units), units);
    return chooseUnits(
      [...shown].map(([name, { FragmentPath = '', ActiveState }]) => ({
        name,
        file: FragmentPath,
        state: ActiveState,
      })),
      enabled,
    );
  },
});

interface Unit {
  readonly name: string;
  readonly file: string;
  /** `active`, `inactive`, `failed`. */
  readonly state: string | undefined;
}

const isDistributions = (file: string): boolean => file === '' || /^\/(usr\/lib|lib|run)\//.test(file);

function chooseUnits(units: readonly Unit[], enabled: readonly string[]): Found {
  const findings: Finding[] = [];
  const others: string[] = [];
  for (const { name, file, state } of units) {
    const [stem = ''] = name.split(/@|\.[a-z]+$/);
    const isServer = name.endsWith('.service') && servers.test(stem);
    if (isDistributions(file) && !isServer) {
      if (enabled.includes(name)) others.push(name);
      continue;
    }
    const why = isDistributions(file) ? 'a server of a package' : `its file is ${file}`;
    // A package may enable a server that its socket starts, or that nobody has set up yet.
    const isOff = isDistributions(file) && state === 'inactive';
    findings.push({
      key: 'services',
      name,
      value: name,
      where: `${enabled.includes(name) ? 'enabled' : 'active'}; ${why}`,
      ...(isOff ? { off: 'off now, though enabled' } : {}),
    });
  }
  return {
    findings: findings.slice(0, mostWatched),
    left: [
      ...(others.length === 0
        ? []
        : [
            {
              what: listed(others, 3),
              why: 'enabled by a package, and no known server; a failed unit is reported anyway',
            },
          ]),
      ...(findings.length <= mostWatched
        ? []
        : [
            {
              what: listed(
                findings.slice(mostWatched).map(({ name }) => name),
                3,
              ),
              why: `more than ${mostWatched} services`,
            },
          ]),
    ],
  };
}
