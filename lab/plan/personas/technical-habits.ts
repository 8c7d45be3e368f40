import type { Offer } from '../catalog/types.js';
import { pick } from '../draw.js';
import { amount, type Client, document, fresh, type Habit, server, url } from './client.js';

const repository = (client: Client, offer: Offer): string => {
  const name = pick(client.site.random, (offer.extra?.repositories ?? 'app,lib').split(','));
  return `${offer.extra?.path ?? ''}/${name}.git`;
};

const gitUrl = (client: Client, offer: Offer): string => {
  if (offer.kind === 'git-http') return url(client, offer, repository(client, offer));
  const scheme = offer.kind === 'git-ssh' ? `ssh://${offer.extra?.user ?? 'git'}@` : 'git://';
  return `${scheme}${server(client, offer)}:${offer.port}${repository(client, offer)}`;
};

const git = (kind: string): { clone: Habit; push: Habit; list: Habit } => ({
  clone: { of: [kind], draw: (client, offer) => ['gitClone', gitUrl(client, offer)] },
  push: {
    of: [kind],
    fits: (_client, { extra }) => extra?.push !== 'no',
    draw: (client, offer) => [
      ...(['gitPush', gitUrl(client, offer), fresh(client, '')] as const),
      amount(client, 60, 1, 1500, 1.2),
    ],
  },
  list: { of: [kind], draw: (client, offer) => ['gitList', gitUrl(client, offer)] },
});

const overSsh = git('git-ssh');
const overHttp = git('git-http');
const overDaemon = git('git-daemon');

const COMMANDS = [
  'uptime',
  'df -h',
  'ps ax',
  'ls -lR /etc/ssl',
  'cat /etc/services',
  'ip addr',
  'free -m',
] as const;

const nfs = (client: Client, offer: Offer): [string, string] => [
  `nfs://${server(client, offer)}${offer.extra?.path ?? '/nfs'}`,
  pick(client.site.random, (offer.extra?.versions ?? '3,4').split(',')),
];

const rsyncUrl = (client: Client, offer: Offer): string =>
  `rsync://${server(client, offer)}:${offer.port}/${offer.extra?.module ?? 'backup'}/`;

const token = ({ extra }: Offer): string => extra?.token ?? 'lab';
const isServer = ({ name }: Client, { host }: Offer): boolean => !host.startsWith(`${name}.`);

/** Tools of developers, administrators and people with graphics cards. */
export const technicalHabits = {
  gitSshClone: overSsh.clone,
  gitSshPush: overSsh.push,
  gitSshList: overSsh.list,
  gitHttpClone: overHttp.clone,
  gitHttpPush: overHttp.push,
  gitHttpList: overHttp.list,
  gitDaemonClone: overDaemon.clone,
  gitDaemonList: overDaemon.list,
  gitPage: {
    of: ['git-http'],
    draw: (client, offer) => ['open', url(client, offer, offer.extra?.page ?? '/')],
  },
  image: {
    of: ['registry'],
    draw: (client, offer) => [
      ...(['imageRoundTrip', url(client, offer), `team/${client.name}`] as const),
      amount(client, 250, 20, 3000, 1),
    ],
  },
  imageList: { of: ['registry'], draw: (client, offer) => ['imageList', url(client, offer)] },
  package: {
    of: ['packages'],
    draw: (client, offer) => [
      'packageInstall',
      url(client, offer, offer.extra?.path ?? '/simple'),
      pick(client.site.random, (offer.extra?.names ?? 'foo').split(',')),
    ],
  },
  systemPackage: {
    of: ['apt'],
    draw: (client, offer) => ['open', url(client, offer, offer.extra?.path ?? '/acng-report.html')],
  },
  query: {
    of: ['postgres'],
    draw: (client, offer) => [
      ...(['query', server(client, offer), String(offer.port)] as const),
      ...[offer.extra?.user ?? 'wiki', offer.extra?.database ?? 'wiki'],
      `select a.relname, b.relname from pg_class a, pg_class b limit ${amount(client, 300, 10, 5000)}`,
    ],
  },
  notebook: {
    of: ['jupyter'],
    draw: (client, offer) => ['notebook', url(client, offer), token(offer), amount(client, 4, 2, 10)],
  },
  notebookList: {
    of: ['jupyter'],
    draw: (client, offer) => ['notebookList', url(client, offer), token(offer)],
  },
  metrics: {
    sees: 'tcp/443',
    draw: (client) => [
      'metrics',
      `https://${pick(client.site.random, client.site.webNames)}/form`,
      amount(client, 6, 3, 12),
    ],
  },
  shell: {
    of: ['ssh'],
    fits: isServer,
    draw: (client, offer) => ['secureShell', server(client, offer), pick(client.site.random, COMMANDS)],
  },
  terminal: {
    of: ['ssh'],
    fits: isServer,
    draw: (client, offer) => [
      'secureShellSession',
      server(client, offer),
      String(offer.port),
      amount(client, 5, 2, 12),
    ],
  },
  copy: {
    of: ['ssh'],
    fits: isServer,
    draw: (client, offer) => ['secureCopy', server(client, offer), document(client)],
  },
  dataSet: {
    of: ['ssh'],
    fits: isServer,
    draw: (client, offer) => [
      ...(['dataSet', server(client, offer), `/tmp/set-${client.name}`] as const),
      amount(client, 400, 30, 2500, 1),
    ],
  },
  modulePush: {
    of: ['rsync'],
    draw: (client, offer) => [
      client.site.random.uniform() < 0.5 ? 'modulePush' : 'moduleRoundTrip',
      rsyncUrl(client, offer),
      document(client),
    ],
  },
  exportList: { of: ['nfs'], draw: (client, offer) => ['exportList', ...nfs(client, offer)] },
  exportGet: { of: ['nfs'], draw: (client, offer) => ['exportGet', ...nfs(client, offer), document(client)] },
  // The client's version 4 reads and lists, but its writes fail against this server.
  exportRoundTrip: {
    of: ['nfs'],
    fits: (_client, { extra }) => (extra?.versions ?? '3,4').includes('3'),
    draw: (client, offer) => {
      const [address] = nfs(client, offer);
      return ['exportRoundTrip', address, '3', document(client), fresh(client, '.bin')];
    },
  },
  ftp: {
    of: ['ftp'],
    draw: (client, offer) => [
      ...(['ftpRoundTrip', server(client, offer), String(offer.port), client.user] as const),
      ...[offer.tls ? 'tls' : 'plain', document(client), fresh(client, '.txt')],
    ],
  },
  snmpTables: {
    of: ['snmp'],
    protocol: 'udp',
    draw: (client, offer) => [
      client.site.random.uniform() < 0.5 ? 'snmpTables' : 'snmpSystem',
      server(client, offer),
    ],
  },
  snmpLook: {
    of: ['snmp'],
    protocol: 'udp',
    draw: (client, offer) => ['snmpInterfaces', server(client, offer)],
  },
  desktopRdp: {
    of: ['rdp'],
    draw: (client, offer) => [
      'desktopRdp',
      server(client, offer),
      String(offer.port),
      amount(client, 6, 4, 12),
    ],
  },
  desktopVnc: {
    of: ['vnc'],
    draw: (client, offer) => [
      'desktopVnc',
      server(client, offer),
      String(offer.port),
      amount(client, 6, 4, 12),
    ],
  },
  console: {
    of: ['console', 'prometheus', 'owa', 'git-http', 'ipp'],
    draw: (client, offer) => ['open', url(client, { ...offer, tls: offer.tls }, offer.extra?.console ?? '/')],
  },
  serverShares: {
    of: ['smb'],
    draw: (client, offer) => {
      const { domain } = offer.extra ?? {};
      return [
        'serverShares',
        server(client, offer),
        domain === undefined ? client.user : `${domain}\\${client.user}`,
      ];
    },
  },
  certificateNew: {
    of: ['cmp'],
    draw: (client, offer) => [
      ...(['certificateCmp', `${server(client, offer)}:${offer.port}`] as const),
      ...[offer.extra?.path ?? 'pkix/', offer.extra?.reference ?? 'lab', offer.extra?.secret ?? 'lab'],
      `${client.name}.${client.site.domain}`,
    ],
  },
  certificateDirectory: {
    of: ['certificate-directory'],
    draw: (client, offer) => [
      'certificateDirectory',
      `ldap${offer.tls ? 's' : ''}://${server(client, offer)}:${offer.port}`,
      offer.extra?.base ?? 'dc=pki',
    ],
  },
  certificateAcme: {
    of: ['acme'],
    draw: (client, offer) => [
      'certificateAcme',
      `https://${offer.host}:${offer.port}${offer.extra?.path ?? '/acme/local/directory'}`,
      `${client.name}.${client.site.domain}`,
    ],
  },
  logLine: {
    of: ['syslog'],
    fits: (_client, { extra }) => (extra?.protocols ?? 'udp').includes('udp'),
    protocol: 'udp',
    draw: (client, offer) => ['logLine', server(client, offer), String(offer.port), 'job finished'],
  },
} satisfies Record<string, Habit>;
