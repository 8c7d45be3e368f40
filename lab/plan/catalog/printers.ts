import { pick } from '../draw.js';
import { drawSteps, type Persona } from '../persona.js';
import { hostPlan, offerOf, offersOf, seatOf } from './host.js';
import type { HostPlan, HostSeat, Implementation, SiteDraw } from './types.js';

interface PrinterKind {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly commands: readonly string[];
  readonly script: string;
  readonly models: readonly (readonly [string, string])[];
  /** Names of queues that are part of its addresses; none for printers with fixed ones. */
  readonly queues: readonly string[];
  readonly mdns: number;
  readonly page: number;
  readonly pageTls: number;
  /** Chance of port 9100. */
  readonly jetdirect: number;
  readonly ipp: ((queue: string) => string) | null;
  readonly lpd: boolean;
}

const kinds: readonly PrinterKind[] = [
  {
    name: 'ippeveprinter',
    prefixes: ['00:80:77', '30:05:5c'],
    commands: ['ippeveprinter', 'socat'],
    script: 'printer-ipp.sh',
    models: [
      ['Brother', 'HL-L6400DW'],
      ['Kyocera', 'ECOSYS P3155'],
      ['Canon', 'LBP236'],
    ],
    queues: [],
    ...{ mdns: 1, page: 0.4, pageTls: 0.5, jetdirect: 0.8, ipp: () => '/ipp/print', lpd: false },
  },
  {
    name: 'raw-lpd',
    prefixes: ['00:21:5a', '3c:d9:2b'],
    commands: ['cupsd', 'nginx', 'socat'],
    script: 'printer-raw.sh',
    models: [
      ['HP', 'LaserJet 4250'],
      ['Lexmark', 'T644'],
    ],
    queues: [],
    ...{ mdns: 0.7, page: 1, pageTls: 0.1, jetdirect: 1, ipp: null, lpd: true },
  },
  {
    name: 'cups-queue',
    prefixes: ['00:00:85', '00:26:73', '9c:93:4e'],
    commands: ['cupsd', 'socat'],
    script: 'printer-cups.sh',
    models: [
      ['Canon', 'imageRUNNER 2630'],
      ['Ricoh', 'IM 350'],
      ['Xerox', 'VersaLink B400'],
    ],
    queues: ['office', 'floor2', 'lp'],
    ...{ mdns: 0.8, page: 0.3, pageTls: 0.4, jetdirect: 0, ipp: (queue) => `/printers/${queue}`, lpd: true },
  },
];

const NOISE = ['ssdp', 'wsd', 'netbios', 'llmnr'] as const;
/** Share of printers that scan, too. */
const SCANNERS = 0.5;

function plan(site: SiteDraw, seat: HostSeat, kind: PrinterKind): HostPlan {
  const { random } = site;
  const chance = (share: number): boolean => random.uniform() < share;
  const queue = kind.queues.length === 0 ? 'raw' : pick(random, kind.queues);
  const words = [
    ...(chance(kind.mdns) ? ['mdns'] : []),
    ...NOISE.filter(() => chance(0.4)),
    ...(chance(kind.page) ? ['page'] : []),
    ...(chance(kind.pageTls) ? ['page-tls'] : []),
    ...(chance(kind.jetdirect) ? ['jetdirect'] : []),
  ];
  const scans = chance(SCANNERS);
  // The IPP server of ippeveprinter refuses names that are not its own multicast name.
  const host = seat.address;
  if (kind.ipp !== null)
    site.offers.push(offerOf(site, seat, 'ipp', 631, { host, extra: { path: kind.ipp(queue) } }));
  if (kind.lpd) site.offers.push(offerOf(site, seat, 'lpd', 515, { extra: { queue } }));
  if (words.includes('jetdirect')) site.offers.push(offerOf(site, seat, 'jetdirect', 9100));
  if (words.includes('page')) site.offers.push(offerOf(site, seat, 'printer-page', 80));
  if (words.includes('page-tls')) site.offers.push(offerOf(site, seat, 'console', 443, { tls: true }));
  site.offers.push(offerOf(site, seat, 'snmp', 161));
  return hostPlan(site, seat, {
    role: 'Printer',
    implementation: kind.name,
    variant: [...words, ...(scans ? ['scans'] : [])].join(' '),
    script: kind.script,
    scriptArguments: [...pick(random, kind.models), ...(kind.queues.length === 0 ? [] : [queue]), ...words],
    mustSee: [
      kind.ipp === null ? 'tcp/515' : 'tcp/631',
      ...(words.includes('mdns') ? ['udp/5353'] : []),
      ...['udp/161', 'udp/67', 'udp/123'],
    ],
  });
}

/** What a printer that scans sends: to mailboxes without signing in, and into shared folders. */
const scans: Persona = {
  pauseMedianMs: 9000,
  habits: [
    {
      weight: 3,
      needs: 'smtp',
      draw: ({ offer, site, random, user }) => [
        'notice',
        offer.host,
        String(offer.port),
        `${user}@${offer.extra?.domain ?? site.domain}`,
        pick(random, site.documents),
      ],
    },
    {
      weight: 2,
      needs: 'smb',
      draw: ({ offer: { host, extra }, site, random, user }) => [
        'sharePut',
        `//${host}/${extra?.share ?? 'office'}`,
        extra?.domain === undefined ? user : `${extra.domain}\\${user}`,
        pick(random, site.documents),
        `scan-${random.below(100_000)}.txt`,
      ],
    },
    { weight: 1, draw: ({ random, site }) => ['lookup', pick(random, site.webNames)] },
  ],
  certain: [],
};

function later(site: SiteDraw, host: HostPlan): HostPlan {
  const hasTarget = ['smtp', 'smb'].some((kind) => offersOf(site, kind).length > 0);
  if (!host.variant.includes('scans') || !hasTarget) return host;
  return { ...host, steps: drawSteps(site, seatOf(host), scans, pick(site.random, site.users)) };
}

/** Three kinds of printer: IPP Everywhere; port 9100 and LPD; queues of CUPS. */
export const printers: readonly Implementation[] = kinds.map((kind) => ({
  role: 'Printer',
  name: kind.name,
  prefixes: kind.prefixes,
  commands: kind.commands,
  plan: (site, seat) => plan(site, seat, kind),
  later,
}));
