import { createRandom, type Random, shuffle } from '../../src/math/index.js';
import { LabError } from '../errors.js';
import { backbone } from './backbone.js';
import {
  catalogue,
  type HostSeat,
  type Implementation,
  type Offer,
  type SiteDraw,
  serverRoles,
} from './catalog/index.js';
import { drawMac, pick } from './draw.js';
import { choose, type Opening, partOfSite, wholeSite } from './roster.js';
import type { HostPlan, Segment, SitePlan } from './types.js';

/** Vendor prefixes that fit the segment's machines (IEEE registry). */
const PREFIXES: Readonly<Record<Segment, readonly string[]>> = {
  srv: ['00:25:90', '0c:c4:7a', '00:50:56', '00:15:5d', 'f4:03:43'],
  wks: ['3c:2c:30', 'd4:be:d9', '54:ee:75', 'a0:8c:fd', '48:2a:e3'],
  prn: ['00:80:77', '30:05:5c', '3c:d9:2b'],
};

const WEB_NAMES = [
  'www.daybreak.example',
  'news.daybreak.example',
  'static.cdnworks.example',
  'img.cdnworks.example',
  'portal.officesuite.example',
  'files.officesuite.example',
  'login.officesuite.example',
  'shop.papermill.example',
  'maps.wayfinder.example',
  'search.wayfinder.example',
  'api.metricshub.example',
  'cloud.codeforge.example',
];
const MAIL_NAME = 'imap.mailpost.example';
const COMPANIES = ['corp', 'acme', 'north', 'works', 'meadow', 'harbour', 'atlas', 'quarry'];
const USERS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

/** What hosts of a role are called; a number follows. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  ActiveDirectoryController: ['dc', 'ads', 'id'],
  PKIServer: ['pki', 'ca', 'certs'],
  DistrFileShare: ['files', 'nas', 'fs', 'share'],
  ExchangeServer: ['mail', 'mx', 'exch', 'post'],
  GithubRepo: ['git', 'code', 'scm'],
  ConfluenceServer: ['wiki', 'docs', 'know'],
  Printer: ['print', 'prt', 'lp'],
  AdminServer: ['admin', 'mon', 'ops', 'mgmt'],
  BusinessWorkstation: ['desk', 'pc', 'office'],
  DevWorkstation: ['dev', 'build', 'ws'],
  AdminWorkstation: ['itdesk', 'adm', 'noc'],
  GPULaptop: ['gpu', 'ml', 'lap'],
};

/** Names of the documents that the share folder offers to every host. */
export const documentNames: readonly string[] = Array.from({ length: 12 }, (_, i) => `note-${i + 1}.txt`);

/** A plan and the services in it. */
export interface DrawnSite {
  readonly plan: SitePlan;
  readonly offers: readonly Offer[];
}

export interface PlanRequest {
  readonly seed: number;
  readonly minutes: number;
  /** Length that finished captures are stretched to; null leaves them as recorded. Seconds. */
  readonly spanSeconds: number | null;
  /** Names of implementations and roles of a part of a site; null for a whole one. */
  readonly only: readonly string[] | null;
  /** Implementations whose programs or layer are missing here. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Draws everything of a run that is decided before it starts.
 * @throws LabError when `only` names what the catalogue has not, or what is missing here
 */
export function drawSitePlan(request: PlanRequest): DrawnSite {
  const { seed, minutes, only, missing } = request;
  const random = createRandom(seed * 4096);
  const usable = catalogue.filter(({ name }) => !missing.has(name));
  const openings = only === null ? wholeSite(seed, usable) : partOfSite(only, usable);
  const internetNames = drawInternet(random);
  const company = pick(random, COMPANIES);
  const domain = `${company}.lab`;
  const ipv6 = random.uniform() < 0.7;
  const users = shuffle(random, [...USERS]).slice(0, 6);
  const names = {
    domain,
    adDomain: `ad.${domain}`,
    realm: `AD.${domain}`.toUpperCase(),
    workgroup: company.toUpperCase(),
    users,
    ipv6,
  };
  const outer = backbone(random, internetNames, ipv6);
  const site = {
    ...{ ...names, seed, minutes, webNames: WEB_NAMES, documents: documentNames },
    ...{ number: numbers(random), offers: [] as Offer[], hosts: [] as HostPlan[] },
  };
  const inner = planHosts(seed, openings, site);
  const plan: SitePlan = {
    schema: 'networkml/lab-plan/v2',
    ...{ seed, minutes, ...drawClock(random, seed) },
    spanSeconds: request.spanSeconds ?? minutes * 60,
    insidePrefix: drawInsidePrefix(random),
    ...names,
    leaseMinutes: pick(random, [2, 2, 5, 30]),
    bridges: ['br-srv', 'br-wks', 'br-prn', 'br-inet', 'br-far'],
    internetNames,
    delay: { oneWayMs: 4 + random.below(40), jitterMs: 1 + random.below(6) },
    missingImplementations: [...missing].sort(),
    hosts: [...outer, ...inner],
    attacks: [],
  };
  return { plan, offers: site.offers };
}

function planHosts(
  seed: number,
  openings: readonly Opening[],
  common: Omit<SiteDraw, 'random'> & { hosts: HostPlan[] },
): HostPlan[] {
  const planned: { implementation: Implementation; slot: number }[] = [];
  const taken = new Set(['router', 'internet', 'delay']);
  for (const opening of openings) {
    const random = createRandom(seed * 4096 + 64 + opening.slot);
    const site: SiteDraw = { ...common, random };
    const implementation = choose(random, site, opening);
    if (implementation === undefined) continue;
    const seat = drawSeat(site, opening, implementation, taken);
    common.hosts.push(implementation.plan(site, seat));
    planned.push({ implementation, slot: opening.slot });
  }
  const finished = common.hosts.map((host, i) => {
    const { implementation, slot } = planned[i] as (typeof planned)[number];
    const site: SiteDraw = { ...common, random: createRandom(seed * 4096 + 2048 + slot) };
    return implementation.later?.(site, host) ?? host;
  });
  return finished.map((host) => ({
    ...host,
    after: [...new Set([...host.after, ...usualOrder(host, finished, common.offers)])],
  }));
}

/** The controller that makes the domain, then the other servers, then workstations and printers. */
function usualOrder(host: HostPlan, all: readonly HostPlan[], offers: readonly Offer[]): string[] {
  const domain = offers.find(({ kind }) => kind === 'dns-ad');
  const first = all.find(({ address }) => address === domain?.address);
  const before = all.filter((one) => one === first || (host.segment !== 'srv' && one.segment === 'srv'));
  return before.filter((one) => one !== host && host !== first).map(({ name }) => name);
}

function drawSeat(
  site: SiteDraw,
  { role }: Opening,
  implementation: Implementation,
  taken: Set<string>,
): HostSeat {
  const { random } = site;
  const isServer = role === null || serverRoles.some((name) => name === role);
  const segment: Segment = role === 'Printer' ? 'prn' : isServer ? 'srv' : 'wks';
  const number = site.number(segment);
  const base = pick(random, NAMES[role ?? ''] ?? ['svc']);
  let name: string;
  do name = `${base}${1 + random.below(99)}`;
  while (taken.has(name));
  taken.add(name);
  const third = { srv: 0, wks: 10, prn: 20 }[segment];
  return {
    ...{ name, segment, number },
    mac: drawMac(random, implementation.prefixes ?? PREFIXES[segment]),
    address: `10.77.${third}.${number}`,
    address6: site.ipv6 && segment === 'srv' ? `fd77::${number.toString(16)}` : null,
  };
}

/** Host numbers of each segment in an order of their own; the router has 1, DHCP's spare range starts at 220. */
function numbers(random: Random): (segment: Segment) => number {
  const pool = (): number[] =>
    shuffle(
      random,
      Array.from({ length: 200 }, (_, i) => i + 10),
    );
  const pools = { srv: pool(), wks: pool(), prn: pool() };
  return (segment) => {
    const number = pools[segment].pop();
    if (number === undefined) throw new LabError(`segment ${segment} is full`);
    return number;
  };
}

/** Several sites share an address, as they do behind content networks. */
function drawInternet(random: Random): Record<string, string> {
  const addresses = Array.from(
    { length: 7 },
    () => `10.78.${1 + random.below(200)}.${1 + random.below(250)}`,
  );
  const entries = WEB_NAMES.map((name, i) => [name, addresses[i % 6] as string]);
  return Object.fromEntries([...entries, [MAIL_NAME, addresses[6] as string]]);
}

const DAY_SECONDS = 86_400;
/** Monday, 6 January 2025, 00:00 UTC. */
const FIRST_MONDAY = 1_736_121_600;

/** A working time and the moment that finished captures start at: one week per seed, counted from 2025. */
function drawClock(random: Random, seed: number): Pick<SitePlan, 'workingTime' | 'clockSeconds'> {
  const day = random.below(5);
  const hour = 8 + random.below(9);
  const quarter = random.below(4) * 15;
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'][day] as string;
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    workingTime: `${weekday}${two(hour)}${two(quarter)}`,
    clockSeconds: FIRST_MONDAY + ((seed % 52) * 7 + day) * DAY_SECONDS + hour * 3600 + quarter * 60,
  };
}

/** Private networks as they are found: 10/8, 172.16/12, 192.168/16. */
function drawInsidePrefix(random: Random): string {
  const kind = random.uniform();
  if (kind < 0.25) return '10.77';
  if (kind < 0.5) return `10.${pick(random, [0, 1, 10, 20, 100, 128, 200])}`;
  return kind < 0.75 ? `172.${16 + random.below(16)}` : '192.168';
}
