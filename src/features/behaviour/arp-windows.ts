/** ARP by the minute, as one device sends and receives it. */
import {
  type ArpLog,
  type ArpMessage,
  BROADCAST_MAC,
  createArpMessage,
  type Device,
  type SessionTable,
  WINDOW_SECONDS,
} from '../../sessions/index.js';

/** What ARP did in one minute. */
export interface ArpWindow {
  readonly window: number;
  /** Distinct addresses that the device asked for. */
  readonly asked: ReadonlySet<number>;
  /** Replies that reached the device without a question in this minute, by address claimed. */
  readonly unsolicited: ReadonlyMap<number, number>;
  /** Requests of others with their own address as target, by address. */
  readonly gratuitous: ReadonlyMap<number, number>;
  /** Addresses that two MACs claim, and how many MACs claim two addresses or more. */
  readonly contested: readonly number[];
  readonly greedyMacs: number;
}

interface Counting {
  readonly asked: Set<number>;
  readonly open: Set<number>;
  readonly unsolicited: Map<number, number>;
  readonly gratuitous: Map<number, number>;
  readonly claims: Map<number, Set<number>>;
}

const REQUEST = 1;
const REPLY = 2;

/**
 * The ARP of each minute in which the device sent or received any; ascending. Messages between others are left out.
 */
export function arpWindows(log: ArpLog, table: SessionTable, device: Device): ArpWindow[] {
  const own =
    device.mac < 0
      ? undefined
      : log.macs.find(table.macs.word(device.mac, 0), table.macs.word(device.mac, 1), 0, 0);
  const byWindow = new Map<number, Counting>();
  const message = createArpMessage();
  for (let index = 0; index < log.count; index++) {
    log.read(index, message);
    if (message.operation !== REQUEST && message.operation !== REPLY) continue;
    const sent =
      own === undefined ? device.addresses4.has(message.senderAddress) : message.frameSource === own;
    const meant =
      message.frameTarget === BROADCAST_MAC ||
      message.frameTarget === own ||
      device.addresses4.has(message.targetAddress);
    if (!sent && !meant) continue;
    const window = windowOf(message, table);
    const counting = byWindow.get(window) ?? newCounting();
    byWindow.set(window, counting);
    count(counting, message, sent);
  }
  return Array.from(byWindow, ([window, counting]) => finish(window, counting)).sort(
    (a, b) => a.window - b.window,
  );
}

function newCounting(): Counting {
  return {
    asked: new Set(),
    open: new Set(),
    unsolicited: new Map(),
    gratuitous: new Map(),
    claims: new Map(),
  };
}

function windowOf({ seconds, nanoseconds }: ArpMessage, { base }: SessionTable): number {
  const since = seconds - base.seconds + (nanoseconds - base.nanoseconds) / 1e9;
  return Math.max(0, Math.floor(since / WINDOW_SECONDS));
}

function count(counting: Counting, message: ArpMessage, sent: boolean): void {
  const { operation, senderAddress: claimed, targetAddress } = message;
  if (operation === REQUEST && sent) {
    counting.asked.add(targetAddress);
    counting.open.add(targetAddress);
  } else if (operation === REQUEST && claimed === targetAddress) {
    counting.gratuitous.set(claimed, (counting.gratuitous.get(claimed) ?? 0) + 1);
  } else if (operation === REPLY && !sent && !counting.open.delete(claimed)) {
    counting.unsolicited.set(claimed, (counting.unsolicited.get(claimed) ?? 0) + 1);
  }
  // A sender address of zeros is a probe (RFC 5227), not a claim.
  if (claimed === 0) return;
  const macs = counting.claims.get(claimed) ?? new Set();
  counting.claims.set(claimed, macs.add(message.senderMac));
}

function finish(window: number, { asked, unsolicited, gratuitous, claims }: Counting): ArpWindow {
  const addressesOfMac = new Map<number, number>();
  for (const macs of claims.values()) {
    for (const mac of macs) addressesOfMac.set(mac, (addressesOfMac.get(mac) ?? 0) + 1);
  }
  return {
    window,
    asked,
    unsolicited,
    gratuitous,
    contested: Array.from(claims).flatMap(([address, macs]) => (macs.size > 1 ? [address] : [])),
    greedyMacs: Array.from(addressesOfMac.values()).filter((addresses) => addresses > 1).length,
  };
}
