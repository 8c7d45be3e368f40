import type { Random } from '../../../src/math/index.js';
import { LabError } from '../../errors.js';
import { pick } from '../draw.js';
import type { HostPlan, LegPlan, RoutePlan, StackPlan, UpkeepWord } from '../types.js';
import type { HostSeat, Offer, SiteDraw } from './types.js';

/** What an implementation decides about its host; the seat and the site give the rest. */
export interface HostDraft {
  readonly role: string | null;
  readonly implementation: string;
  readonly variant?: string;
  readonly script: string;
  readonly scriptArguments?: readonly string[];
  readonly mustSee: readonly string[];
  readonly steps?: HostPlan['steps'];
  /** Drawn when not given: that of Linux for servers, mostly that of Windows for workstations. */
  readonly stack?: StackPlan;
  /** Drawn for servers when not given. */
  readonly upkeep?: readonly UpkeepWord[];
  readonly joined?: boolean;
  readonly layer?: string;
  /** The planner's order when not given: domain controllers, then other servers, then workstations. */
  readonly after?: readonly string[];
  /** 30 when not given. */
  readonly readySeconds?: number;
}

const SERVER_ROUTES: readonly RoutePlan[] = [{ to: 'default', via: '10.77.0.1' }];
const SERVER_ROUTES_6: readonly RoutePlan[] = [...SERVER_ROUTES, { to: 'default', via: 'fd77::1' }];

/**
 * A whole host plan from a draft. A host of the segment `srv` has fixed addresses and upkeep, whose offers (ssh, snmp,
 * exporter) are added to the site's; others use DHCP.
 */
export function hostPlan(site: SiteDraw, seat: HostSeat, draft: HostDraft): HostPlan {
  const fixed = seat.segment === 'srv';
  const upkeep = draft.upkeep ?? (fixed ? drawUpkeep(site.random) : []);
  for (const offer of upkeepOffers(site, seat, upkeep)) site.offers.push(offer);
  return {
    name: seat.name,
    role: draft.role,
    implementation: draft.implementation,
    variant: draft.variant ?? '',
    segment: seat.segment,
    legs: [legOf(seat)],
    routes: !fixed ? [] : seat.address6 === null ? SERVER_ROUTES : SERVER_ROUTES_6,
    address: seat.address,
    script: draft.script,
    scriptArguments: draft.scriptArguments ?? [],
    stack: draft.stack ?? drawStack(site.random, seat.segment === 'wks' ? 0.75 : 0.15),
    upkeep,
    joined: draft.joined ?? false,
    dhcpClient: site.random.uniform() < 0.6 ? 'dhclient' : 'udhcpc',
    layer: draft.layer ?? null,
    after: draft.after ?? [],
    readySeconds: draft.readySeconds ?? 30,
    mustSee: draft.mustSee,
    steps: draft.steps ?? [],
  };
}

function legOf(seat: HostSeat): LegPlan {
  const bridge = `br-${seat.segment}`;
  const addresses =
    seat.segment !== 'srv'
      ? []
      : [`${seat.address}/24`, ...(seat.address6 === null ? [] : [`${seat.address6}/64`])];
  return { name: 'eth0', bridge, mac: seat.mac, addresses };
}

/** An offer of this seat; `host` is its name with the site's domain. */
export function offerOf(
  site: SiteDraw,
  seat: HostSeat,
  kind: string,
  port: number,
  more: { readonly tls?: boolean; readonly host?: string; readonly extra?: Offer['extra'] } = {},
): Offer {
  const { tls = false, host = `${seat.name}.${site.domain}`, extra } = more;
  const offer = { kind, host, address: seat.address, port, tls };
  return extra === undefined ? offer : { ...offer, extra };
}

/** The site's offers of a kind. */
export function offersOf(site: SiteDraw, kind: string): Offer[] {
  return site.offers.filter((offer) => offer.kind === kind);
}

/** Nearly every server is reached by ssh and watched one way or another; none of it says anything about its role. */
function drawUpkeep(random: Random): UpkeepWord[] {
  const words: UpkeepWord[] = [];
  if (random.uniform() < 0.9) words.push('ssh');
  words.push(random.uniform() < 0.6 ? 'snmp' : 'exporter');
  if (random.uniform() < 0.7) words.push(random.uniform() < 0.6 ? 'syslog-udp' : 'syslog-tcp');
  if (random.uniform() < 0.5) words.push('updates');
  return words;
}

function upkeepOffers(site: SiteDraw, seat: HostSeat, words: readonly UpkeepWord[]): Offer[] {
  const offers: Offer[] = [];
  if (words.includes('ssh')) offers.push(offerOf(site, seat, 'ssh', 22));
  if (words.includes('snmp')) offers.push(offerOf(site, seat, 'snmp', 161));
  if (words.includes('exporter')) offers.push(offerOf(site, seat, 'exporter', 9100));
  return offers;
}

/** @param windows chance of a stack that looks like Windows: TTL 128 and no TCP time stamps */
export function drawStack(random: Random, windows: number): StackPlan {
  const looksLikeWindows = random.uniform() < windows;
  const odd = random.uniform();
  return {
    ttl: looksLikeWindows ? 128 : 64,
    timestamps: looksLikeWindows ? random.uniform() < 0.1 : random.uniform() < 0.95,
    windowScaling: random.uniform() < 0.97,
    selectiveAcks: random.uniform() < 0.97,
    ecn: random.uniform() < 0.1,
    mtuBytes: odd < 0.92 ? 1500 : pick(random, [1492, 1400]),
  };
}

/** The seat that a planned host has, for steps that are drawn later. */
export function seatOf(host: HostPlan): HostSeat {
  const [leg] = host.legs;
  if (leg === undefined || host.segment === null) throw new LabError(`${host.name} has no seat`);
  const address6 = leg.addresses.find((address) => address.includes(':'))?.split('/')[0] ?? null;
  const number = Number(host.address.split('.')[3]);
  return { name: host.name, segment: host.segment, number, mac: leg.mac, address: host.address, address6 };
}
