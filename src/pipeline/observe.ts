import { NetworkmlError } from '../errors.js';
import {
  type CollectedBehaviour,
  collectBehaviour,
  ServiceWindowCollector,
  type ServiceWindows,
  SessionVectorCollector,
  type SessionVectors,
} from '../features/index.js';
import {
  type CaptureProgress,
  type CaptureSource,
  type DigestWish,
  openCapture,
  type SkippedHandler,
} from '../pcap/index.js';
import {
  type Device,
  type DeviceHint,
  describeDevice,
  forEachDeviceSession,
  type SessionizedCapture,
  sessionize,
} from '../sessions/index.js';

/** How many sessions the device has, and of which kinds. */
export interface SessionCounts {
  total: number;
  initiated: number;
  received: number;
  external: number;
}

/** One host of a capture as the classifiers of roles see it. */
export interface DeviceView {
  readonly device: Device;
  readonly counts: SessionCounts;
  readonly vectors: SessionVectors;
  /** The same sessions by windows of 15 minutes, as layout `services/1` sees them. */
  readonly windows: ServiceWindows;
}

/** A capture and the hosts that it could be about: one pass over its packets, one over the sessions of each. */
export interface ObservedHosts extends Omit<SessionizedCapture, 'device'>, DeviceView {
  /** The other host, where two are equally likely to be the device. */
  readonly rival?: DeviceView;
  /** Units of behaviour of the device, and what is behind them; collected when it is certain which host that is. */
  readonly behaviour?: CollectedBehaviour;
}

/** All that later steps need of a capture. */
export interface Observation extends ObservedHosts {
  readonly behaviour: CollectedBehaviour;
}

export interface ObserveOptions {
  readonly name?: string;
  readonly device?: DeviceHint;
  /** Whether the digest of the capture is wanted: see `openCapture`. */
  readonly digest?: DigestWish;
  /** Only packets that this filter takes, and whether tunnels are opened: see `openCapture`. */
  readonly filter?: string;
  readonly tunnels?: boolean;
  /** Whether names and process codes are read, which lie behind the headers; they are not unless asked for. */
  readonly names?: boolean;
  /** Whether it is read, likewise, what hosts say of themselves. */
  readonly hints?: boolean;
  readonly onProgress?: (progress: CaptureProgress) => void;
  readonly onSkipped?: SkippedHandler;
}

/**
 * Reads a capture and looks at its sessions as the device sees them; of two hosts in doubt, the likelier one.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_DEVICE_ABSENT; NML_NO_SESSIONS when there is nothing to judge
 */
export async function observe(source: CaptureSource, options: ObserveOptions = {}): Promise<Observation> {
  return withBehaviour(await observeHosts(source, options));
}

/** As `observe`, but where two hosts are in doubt the behaviour of neither is collected yet. */
export async function observeHosts(
  source: CaptureSource,
  options: ObserveOptions = {},
): Promise<ObservedHosts> {
  const { name, digest, filter, tunnels, names, hints, device: hint, onProgress, onSkipped } = options;
  const capture = openCapture(source, {
    ...(name === undefined ? {} : { name }),
    ...(digest === undefined ? {} : { digest }),
    ...(filter === undefined ? {} : { filter }),
    ...(tunnels === undefined ? {} : { tunnels }),
  });
  const read = await sessionize(capture, {
    ...(hint === undefined ? {} : { device: hint }),
    ...(names === undefined ? {} : { names }),
    ...(hints === undefined ? {} : { hints }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(onSkipped === undefined ? {} : { onSkipped }),
  });
  const { table, arp, device } = read;
  if (device === undefined) throw noSessions(read, 'no unicast host sends or receives anything');
  const { rivalDevice } = device;
  const own = viewDevice(read, device);
  if (own.counts.total === 0) throw noSessions(read, 'the device takes part in no session');
  const rival = rivalDevice === undefined ? undefined : viewDevice(read, rivalDevice);
  return {
    ...read,
    ...own,
    ...(rival === undefined || rival.counts.total === 0 ? {} : { rival }),
    ...(rivalDevice === undefined && { behaviour: collectBehaviour(table, arp, device, read.names) }),
  };
}

/** With the behaviour of the device, where it is not collected yet. */
export function withBehaviour(seen: ObservedHosts): Observation {
  const { table, arp, device, names } = seen;
  if (seen.behaviour !== undefined) return { ...seen, behaviour: seen.behaviour };
  return { ...seen, behaviour: collectBehaviour(table, arp, device, names) };
}

/** The same capture as one of the rival: both change places. */
export function asRival(seen: ObservedHosts, rival: DeviceView): ObservedHosts {
  const { table, device, counts, vectors, windows } = seen;
  const [address] = describeDevice(table, device).addresses;
  return {
    ...seen,
    ...rival,
    device: {
      ...rival.device,
      ...(address === undefined ? {} : { rival: address }),
      rivalDevice: device,
    },
    rival: { device, counts, vectors, windows },
  };
}

/** One pass over the sessions of one device. */
function viewDevice({ table }: SessionizedCapture, device: Device): DeviceView {
  const counts: SessionCounts = { total: 0, initiated: 0, received: 0, external: 0 };
  const collector = new SessionVectorCollector(table.rows);
  const services = new ServiceWindowCollector();
  forEachDeviceSession(table, device, (part) => {
    collector.add(part);
    services.add(part);
    if (part.row !== part.firstRow) return;
    counts.total++;
    if (part.initiated) counts.initiated++;
    else counts.received++;
    if (part.peerClass === 'external') counts.external++;
  });
  return {
    device,
    counts,
    vectors: collector.finish(),
    windows: services.finish(table.stacks.of(device)),
  };
}

function noSessions({ summary }: SessionizedCapture, what: string): NetworkmlError {
  const skipped = Object.entries(summary.skipped).map(([reason, count]) => `${count} ${reason}`);
  const counts = skipped.length === 0 ? '' : `, of which skipped: ${skipped.join(', ')}`;
  const ended = summary.truncated || summary.damage !== null ? '; reading ended early' : '';
  const why = summary.damage === null ? ', in the middle of a record' : `: ${summary.damage.message}`;
  const early = ended === '' ? '' : `${ended}${why}`;
  return new NetworkmlError('NML_NO_SESSIONS', `${what} (packets: ${summary.packets}${counts}${early})`, {
    file: summary.file,
  });
}
