/** The slow twin of the choice of a device: one object per (MAC, address), sorted by what speaks for it. */
import { LINK_ETHERNET } from './frames.js';
import { isGroupMac, type SlowPart, slowParts } from './slow-sessions.js';
import type { TestEnd, TestTraffic } from './traffic.js';

interface SlowOwner {
  readonly end: TestEnd;
  readonly mac: string | null;
  readonly place: number;
  sessions: number;
  served: number;
  sends: boolean;
}

export interface SlowChoice {
  readonly mac: string | null;
  readonly addresses: readonly string[];
  readonly rival: string | undefined;
}

const FEW = 8;

function slowOwners(traffic: TestTraffic): SlowOwner[] {
  const owners = new Map<string, SlowOwner>();
  const parts = slowParts(traffic, 0);
  for (const part of parts) {
    const both = ([0, 1] as const).map((side) => {
      const end = part.session.ends[side];
      const mac = traffic.linkType === LINK_ETHERNET ? end.mac : null;
      const key = `${mac} ${end.address}`;
      const owner = owners.get(key) ?? {
        end,
        mac,
        place: owners.size,
        sessions: 0,
        served: 0,
        sends: false,
      };
      owners.set(key, owner);
      owner.sends ||= part.sides[side].packets.length > 0;
      return owner;
    });
    for (const owner of new Set(both)) owner.sessions++;
    (both[serverOf(part)] as SlowOwner).served++;
  }
  return [...owners.values()];
}

function serverOf({ session }: SlowPart): 0 | 1 {
  const opener = session.syn ?? session.synAck;
  if (opener !== null) return opener === 0 ? 1 : 0;
  const [first, second] = session.ports;
  return first < second ? 0 : 1;
}

/** Unicast owners, those that most speaks for first; and which MACs tell hosts apart. */
export function slowChoice(traffic: TestTraffic): SlowChoice | undefined {
  const unicast = slowOwners(traffic).filter(
    ({ end, mac }) =>
      (mac === null || !isGroupMac(mac)) && (end.kind === 'private' || end.kind === 'external'),
  );
  const behind = (mac: string | null) => (mac === null ? [] : unicast.filter((other) => other.mac === mac));
  const isGateway = ({ mac }: SlowOwner) => behind(mac).length > FEW;
  const ranked = unicast.toSorted(
    (x, y) =>
      Number(y.sends) - Number(x.sends) ||
      Number(isGateway(x)) - Number(isGateway(y)) ||
      y.sessions - x.sessions ||
      Number(y.end.kind === 'private') - Number(x.end.kind === 'private') ||
      y.served - x.served ||
      x.place - y.place,
  );
  const best = ranked[0];
  if (best === undefined) return undefined;
  const whole =
    best.mac === null || isGateway(best) ? [best] : [best, ...behind(best.mac).filter(({ sends }) => sends)];
  const addresses = [...new Set(whole.map(({ end }) => end.address))];
  const mac = best.mac === null || isGateway(best) ? null : best.mac;
  const rival = ranked.find(
    (other) => !addresses.includes(other.end.address) && (mac === null || other.mac !== mac),
  );
  const isEqual =
    rival !== undefined &&
    rival.sends === best.sends &&
    isGateway(rival) === isGateway(best) &&
    rival.sessions === best.sessions &&
    rival.end.kind === best.end.kind;
  return { mac, addresses: addresses.sort(), rival: isEqual ? rival.end.address : undefined };
}
