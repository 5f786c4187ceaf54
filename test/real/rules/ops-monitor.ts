import type { Case } from './cases.ts';

const instance = 'vm';

const job = 'node-exporter';
const [site, hostname] = ['aurora', 'vm1'];
const of = (more: string): string => `{job="node-exporter",instance="vm"${more}}`;
const red = (check: string, subject: string, summary: string) => ({
  labels: { job, instance, site, hostname, check, subject },
  summary,
});

export const cases: readonly Case[] = [
  {
    name: 'the monitor goes blind: its snapshot is old, so everything else is unknown',
    interval: '5m',
    series: {
      'ops_monitor_check_level{instance="vm",check="snapshot-age",subject="snapshot"}': '0x5 2x20',
      'ops_monitor_check_level{instance="vm",check="host-load",subject="vm"}': '0x5 3x20',
    },
    alerts: { OpsMonitorUnknown: { '90m': [] } },
  },
  {
    name: 'a disk fills and is cleared; the figure in its message changes, which does not begin the alert anew',
    interval: '5m',
    series: {
      [`ops_monitor_info${of(',site="aurora",hostname="vm1",version="1.0.0"')}`]: '1x30',
      [`ops_monitor_check_level${of(',check="filesystem-usage",subject="data"')}`]: '0 1 2x8 0x20',
      [`ops_monitor_check_message${of(',check="filesystem-usage",subject="data",message="/data is 91 % full"')}`]:
        '_x2 1x2 stale',
      [`ops_monitor_check_message${of(',check="filesystem-usage",subject="data",message="/data is 93 % full"')}`]:
        '_x5 1x4 stale',
      [`ops_monitor_check_level${of(',check="host-load",subject="vm"')}`]: '1x30',
    },
    alerts: {
      OpsMonitorCheck: { '24m': [], '26m': [red('filesystem-usage', 'data', '/data is 93 % full')], '56m': [] },
    },
  },
  {
    name: 'a subject and a message of a stranger, without ops_monitor_info',
    interval: '5m',
    series: {
      [`ops_monitor_check_level${of(String.raw`,check="filesystem-usage",subject="a\"} or up{b=\"\n\\"`)}`]: '2x30',
      [`ops_monitor_check_message${of(String.raw`,check="filesystem-usage",subject="a\"} or up{b=\"\n\\",message="{{ humanize }}\" is full"`)}`]:
        '1x30',
    },
    alerts: {
      OpsMonitorCheck: {
        '20m': [
          {
            labels: { job, instance, check: 'filesystem-usage', subject: 'a"} or up{b="\n\\' },
            summary: '{{ humanize }}" is full',
          },
        ],
      },
    },
  },
  {
    name: 'two machines: what comes back by itself is given more time, and a message that is missing is made up',
    interval: '5m',
    series: {
      [`ops_monitor_info${of(',site="aurora",hostname="vm1",version="1.0.0"')}`]: '1x80',
      [`ops_monitor_check_level${of(',check="host-reachable",subject="store"')}`]: '2x24 0x50',
      [`ops_monitor_check_level${of(',check="stream-age",subject="hatpro"')}`]: '2x60 0x20',
      'ops_monitor_check_level{job="node-exporter",instance="other",check="stream-age",subject="hatpro"}': '2x30 0x20',
    },
    alerts: {
      OpsMonitorCheck: { '4h': [] },
      OpsMonitorCheckForAnHour: {
        '59m': [],
        '61m': [red('host-reachable', 'store', 'host-reachable:store is red')],
        '150m': [],
      },
      OpsMonitorCheckForThreeHours: {
        '179m': [],
        '181m': [red('stream-age', 'hatpro', 'stream-age:hatpro is red')],
        '330m': [],
      },
    },
  },
  {
    name: 'a reading fails',
    interval: '5m',
    series: {
      'ops_monitor_check_level{instance="vm",check="snapshot-age",subject="snapshot"}': '0x40',
      'ops_monitor_check_level{instance="vm",check="host-load",subject="vm"}': '0 3x13 0x20',
      'ops_monitor_check_level{instance="vm",check="host-memory",subject="vm"}': '0 3x13 0x20',
    },
    alerts: {
      OpsMonitorUnknown: {
        '64m': [],
        '66m': [{ labels: { instance }, summary: '2 observations of vm are unknown' }],
        '75m': [],
      },
    },
  },
  {
    name: 'send-alerts works, Alertmanager refuses its alerts for a while, and at last send-alerts no longer runs',
    interval: '5m',
    series: {
      'ops_monitor_check_level{instance="vm",check="mail-delivery",subject="alertmanager"}': '0x2 2x2 0x20',
      'ops_monitor_check_level{instance="mails",check="mail-delivery",subject="outbox"}': '0x20',
      'ops_monitor_stage_last_success_timestamp_seconds{instance="vm",stage="send-alerts"}': '0+300x8 2400x20',
      'ops_monitor_stage_last_success_timestamp_seconds{instance="mails",stage="send-alerts"}': '0+300x20',
    },
    alerts: {
      OpsMonitorPostsAlerts: Object.fromEntries(
        Object.entries({ '1m': true, '16m': false, '31m': true, '54m': true, '56m': false }).map(([time, fires]) => [
          time,
          fires
            ? [
                {
                  labels: { instance, check: 'mail-delivery', subject: 'alertmanager' },
                  summary: 'send-alerts of vm posts its alerts to Alertmanager',
                },
              ]
            : [],
        ]),
      ),
    },
  },
  {
    name: 'mails wait',
    series: {
      'ops_monitor_mails_undelivered{instance="vm",state="waiting"}': '0x4 2x80 0x9',
      'ops_monitor_mails_undelivered{instance="vm",state="dead"}': '0x95',
    },
    alerts: {
      OpsMonitorMailsStuck: {
        '64m': [],
        '66m': [{ labels: { instance, state: 'waiting' }, summary: '2 mails of vm are not delivered' }],
        '90m': [],
      },
    },
  },
  {
    name: 'one machine has a monitor, another never had one',
    series: {
      'ops_monitor_overall_level{instance="vm"}': '0x20',
      'node_textfile_scrape_error{instance="vm"}': '0x20',
      'node_textfile_scrape_error{instance="new"}': '0x20',
    },
    alerts: {
      OpsMonitorAbsent: {
        '14m': [],
        '16m': [{ labels: { instance: 'new' }, summary: 'There are no metrics of ops-monitor from new' }],
      },
    },
  },
  {
    name: 'no machine has a monitor',
    series: {},
    alerts: {
      OpsMonitorAbsent: { '16m': [{ labels: {}, summary: 'There are no metrics of ops-monitor from any machine' }] },
    },
  },
  {
    name: 'machines of two sites have one address, and a fault of the same name',
    series: {
      'ops_monitor_check_level{cluster="first",job="node",instance="vm",check="gate-verdict",subject="alpha"}': '2x40',
      'ops_monitor_check_level{cluster="second",job="node",instance="vm",check="gate-verdict",subject="alpha"}': '2x40',
      'ops_monitor_check_message{cluster="first",job="node",instance="vm",check="gate-verdict",subject="alpha",message="alpha failed here"}':
        '1x40',
      'ops_monitor_check_message{cluster="second",job="node",instance="vm",check="gate-verdict",subject="alpha",message="alpha failed there"}':
        '1x40',
      'ops_monitor_info{cluster="first",job="node",instance="vm",site="one",hostname="a"}': '1x40',
      'ops_monitor_info{cluster="second",job="node",instance="vm",site="two",hostname="b"}': '1x40',
    },
    alerts: {
      OpsMonitorCheck: {
        '14m': [],
        '20m': [
          ['first', 'one', 'a', 'alpha failed here'] as const,
          ['second', 'two', 'b', 'alpha failed there'] as const,
        ].map(([cluster, site, hostname, summary]) => ({
          labels: { cluster, job: 'node', instance: 'vm', check: 'gate-verdict', subject: 'alpha', site, hostname },
          summary,
        })),
      },
    },
  },
];
