import { shuffle } from '../../../src/math/index.js';
import { pick } from '../draw.js';
import { drawSteps, type Habit, type Occasion, type Persona, type Wish } from '../persona.js';
import { hostPlan, offerOf, offersOf, seatOf } from './host.js';
import type { HostPlan, HostSeat, Implementation, SiteDraw } from './types.js';

type Desktop = 'xrdp' | 'vnc' | 'both' | 'none';
type Pages = 'prometheus' | 'status' | 'none';

interface AdminServer {
  readonly name: string;
  readonly commands: readonly string[];
  readonly logs: readonly ('udp' | 'tcp' | 'both' | 'none')[];
  readonly desktops: readonly Desktop[];
  readonly pages: readonly Pages[];
  readonly rounds: Persona;
}

const name = ({ offer, random }: Occasion): string => (random.uniform() < 0.7 ? offer.host : offer.address);
const document = ({ random, site }: Occasion): string => pick(random, site.documents);

/** Two to four of the hosts that let the administrator in. */
const severalHosts = ({ random, site, seat }: Occasion): string[] => {
  const others = offersOf(site, 'ssh').filter(({ address }) => address !== seat.address);
  return shuffle(
    random,
    others.map(({ host }) => host),
  ).slice(0, 2 + random.below(3));
};

const ansible =
  (module: string) =>
  (occasion: Occasion): Wish => ['ansible', module, ...severalHosts(occasion)];
const command: Omit<Habit, 'weight'> = {
  needs: 'ssh',
  draw: (occasion) => [
    ...(['secureShell', name(occasion)] as const),
    pick(occasion.random, ['uptime', 'df -h', 'ps ax', 'cat /etc/services', 'ls -lR /etc/ssl', 'free -m']),
  ],
};
const backUp: Omit<Habit, 'weight'> = {
  needs: 'ssh',
  draw: (occasion) => [
    ...(['backUp', occasion.offer.host] as const),
    pick(occasion.random, ['/etc/ssl', '/etc/default', '/lab/documents', '/usr/share/perl5/Debconf']),
  ],
};
const spread: Omit<Habit, 'weight'> = {
  needs: 'ssh',
  draw: (occasion) => ['spread', name(occasion), document(occasion)],
};
const poll: Omit<Habit, 'weight'> = {
  needs: 'snmp',
  draw: (occasion) => ['snmpInterfaces', occasion.offer.address],
};
const walk: Omit<Habit, 'weight'> = {
  needs: 'snmp',
  draw: (occasion) => [pick(occasion.random, ['snmpSystem', 'snmpTables']), occasion.offer.address],
};
const scrape: Omit<Habit, 'weight'> = {
  needs: 'exporter',
  draw: (occasion) => ['scrape', occasion.offer.address],
};
const check = (needs: string): Omit<Habit, 'weight'> => ({
  needs,
  draw: (occasion) => ['checkService', name(occasion), String(occasion.offer.port)],
});
const checkPage = (needs: string): Omit<Habit, 'weight'> => ({
  needs,
  draw: (occasion) => {
    const { port, tls } = occasion.offer;
    return ['checkPage', `http${tls ? 's' : ''}://${name(occasion)}:${port}/`];
  },
});
const notice: Habit = {
  weight: 2,
  needs: 'smtp',
  draw: (occasion) => [
    ...(['notice', occasion.offer.host, String(occasion.offer.port)] as const),
    `${occasion.user}@${occasion.offer.extra?.domain ?? occasion.site.domain}`,
    document(occasion),
  ],
};
const networkFiles: readonly Habit[] = [
  {
    weight: 2,
    needs: 'rsync',
    draw: (occasion) => {
      const { host, port, extra } = occasion.offer;
      return ['modulePush', `rsync://${host}:${port}/${extra?.module ?? 'backup'}/`, document(occasion)];
    },
  },
];

/** Jobs over many hosts by Ansible; figures by Prometheus' own scrapes. */
const jobs: Persona = {
  pauseMedianMs: 2200,
  habits: [
    { weight: 4, needs: 'ssh', draw: ansible('raw') },
    { weight: 2, needs: 'ssh', draw: ansible('copy') },
    { weight: 1, needs: 'ssh', draw: ansible('setup') },
    { weight: 6, ...command },
    { weight: 4, ...poll },
    { weight: 2, ...walk },
    { weight: 2, ...backUp },
    notice,
  ],
  certain: [{ needs: 'ssh', draw: ansible('raw') }, command],
};

/** A poller that also fetches copies. */
const polls: Persona = {
  pauseMedianMs: 1500,
  habits: [
    { weight: 14, ...poll },
    { weight: 6, ...walk },
    { weight: 3, ...scrape },
    { weight: 6, ...backUp },
    { weight: 3, ...command },
    { weight: 1, ...check('ldap') },
    notice,
    ...networkFiles,
  ],
  certain: [backUp, walk],
};

/** Asks every service whether it answers, and spreads settings. */
const checks: Persona = {
  pauseMedianMs: 1200,
  habits: [
    { weight: 5, ...check('ssh') },
    { weight: 3, ...check('smtp') },
    { weight: 3, ...check('imaps') },
    { weight: 3, ...check('ldap') },
    { weight: 3, ...check('smb') },
    { weight: 2, ...check('postgres') },
    { weight: 4, ...checkPage('wiki') },
    { weight: 3, ...checkPage('git-http') },
    { weight: 2, ...checkPage('ipp') },
    { weight: 4, ...poll },
    { weight: 2, ...scrape },
    { weight: 5, ...command },
    { weight: 4, ...spread },
    { weight: 3, needs: 'snmp', draw: (occasion) => ['ping', name(occasion)] },
    notice,
  ],
  certain: [check('ssh'), command, spread],
};

const kinds: readonly AdminServer[] = [
  {
    name: 'ansible-prometheus',
    commands: ['ansible', 'prometheus', 'rsyslogd', 'xrdp', 'Xtigervnc'],
    logs: ['udp', 'both'],
    desktops: ['xrdp', 'both', 'none'],
    pages: ['prometheus'],
    rounds: jobs,
  },
  {
    name: 'poller-backup',
    commands: ['snmpbulkwalk', 'rsync', 'rsyslogd', 'Xtigervnc'],
    logs: ['tcp', 'both', 'none'],
    desktops: ['vnc', 'none'],
    pages: ['none', 'status'],
    rounds: polls,
  },
  {
    name: 'checks-status',
    commands: ['ssh', 'rsyslogd', 'nginx', 'xrdp', 'Xtigervnc'],
    logs: ['udp', 'tcp', 'both'],
    desktops: ['xrdp', 'both', 'vnc'],
    pages: ['status'],
    rounds: checks,
  },
];

const PAGES = ['wiki', 'git-http', 'ipp', 'printer-page', 'console', 'prometheus'];

function plan(site: SiteDraw, seat: HostSeat, kind: AdminServer): HostPlan {
  const { random } = site;
  const log = pick(random, kind.logs);
  const desktop = pick(random, kind.desktops);
  const pages = pick(random, kind.pages);
  if (log === 'udp' || log === 'both') site.offers.push(offerOf(site, seat, 'syslog', 514));
  if (log === 'tcp' || log === 'both') site.offers.push(offerOf(site, seat, 'syslog-tcp', 514));
  if (desktop === 'xrdp' || desktop === 'both') site.offers.push(offerOf(site, seat, 'rdp', 3389));
  if (desktop === 'vnc' || desktop === 'both') site.offers.push(offerOf(site, seat, 'vnc', 5901));
  if (pages === 'prometheus') site.offers.push(offerOf(site, seat, 'prometheus', 9090));
  if (pages === 'status') site.offers.push(offerOf(site, seat, 'console', 443, { tls: true }));
  return hostPlan(site, seat, {
    role: 'AdminServer',
    implementation: kind.name,
    variant: [`log-${log}`, desktop, pages].join(' '),
    script: 'admin-server.sh',
    scriptArguments: [pick(random, ['ec', 'rsa']), log, desktop, pages],
    mustSee: ['udp/123'],
    readySeconds: 45,
  });
}

/** Its rounds, and what its capture has to show, follow from what all the others offer. */
function later(site: SiteDraw, host: HostPlan, kind: AdminServer): HostPlan {
  const others = (word: string): string[] =>
    offersOf(site, word)
      .filter(({ address }) => address !== host.address)
      .map(({ address, port }) => `${address}:${port}`);
  const scraped = host.scriptArguments.includes('prometheus') ? others('exporter') : [];
  return {
    ...host,
    scriptArguments: [...host.scriptArguments, ...scraped],
    mustSee: [
      ...host.mustSee,
      ...(others('ssh').length > 0 ? ['tcp/22'] : []),
      ...(others('snmp').length > 0 ? ['udp/161'] : []),
      ...(scraped.length > 0 ? ['tcp/9100'] : []),
    ],
    steps: drawSteps(site, seatOf(host), withRounds(site, host, kind.rounds), 'root'),
  };
}

/** Every administrator's server looks once whether all agents answer, whether the site's pages come, and at queues. */
function withRounds(site: SiteDraw, host: HostPlan, rounds: Persona): Persona {
  const agents = offersOf(site, 'snmp').filter(({ address }) => address !== host.address);
  const pages = site.offers
    .filter(({ kind, address }) => PAGES.includes(kind) && address !== host.address)
    .map(({ host: name, port, tls }) => `http${tls ? 's' : ''}://${name}:${port}/`);
  const wishes: Wish[] = [
    ...(agents.length === 0 ? [] : [['snmpRound', ...agents.map(({ address }) => address)] as const]),
    ...(pages.length === 0 ? [] : [['open', ...pages] as const]),
    ...offersOf(site, 'lpd').map(
      ({ address, port, extra }) => ['queueState', address, String(port), extra?.queue ?? 'raw'] as const,
    ),
  ];
  return { ...rounds, certain: [...wishes.map((wish) => ({ draw: () => wish })), ...rounds.certain] };
}

/** Look after the others: jobs, polls, copies, checks; take in their messages; let administrators in. */
export const adminServers: readonly Implementation[] = kinds.map((kind) => ({
  role: 'AdminServer',
  name: kind.name,
  commands: kind.commands,
  plan: (site, seat) => plan(site, seat, kind),
  later: (site, host) => later(site, host, kind),
}));
