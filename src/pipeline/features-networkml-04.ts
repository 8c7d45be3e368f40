import { NetworkmlError } from '../errors.js';
import { binVector, deviceOfBin, NETWORKML_04_LAYOUT, roleIn } from '../features/index.js';
import type { CaptureSource } from '../pcap/index.js';
import { type Networkml04Bin, Networkml04BinTable, parseMac } from '../sessions/index.js';
import type { Networkml04Record } from './feature-records.js';
import { type FeatureCaptureOptions, featureCapture, momentAfter } from './features-capture.js';
import { formatMoment } from './records.js';

export interface Networkml04FeatureOptions extends FeatureCaptureOptions {
  /** MAC or IP address of the device; the one that the original would choose without it. */
  readonly device?: string;
  /** Sessions that begin so soon after the first packet are left out, seconds; the original's 120 by wish. */
  readonly warmUpSeconds?: number;
}

/**
 * The 15-minute bins of NetworkML 0.4.5 with their vectors; bins without sessions are left out.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*, NML_DEVICE_ABSENT; NML_NO_SESSIONS when no bin has a session
 */
export async function networkml04Records(
  source: CaptureSource,
  options: Networkml04FeatureOptions = {},
): Promise<Networkml04Record[]> {
  const { warmUpSeconds = 0 } = options;
  const capture = featureCapture(source, { ...options, tunnels: false });
  const table = new Networkml04BinTable({ warmUpSeconds });
  const { file } = await capture.read((packet) => table.add(packet), options.onProgress);
  const bins = table.finish();
  if (!bins.some(({ sessions }) => sessions.length > 0)) {
    const why =
      warmUpSeconds > 0
        ? `no session begins more than ${warmUpSeconds} s after the first packet`
        : 'no IP packets';
    throw new NetworkmlError('NML_NO_SESSIONS', why, {
      file,
      ...(warmUpSeconds > 0 ? { hint: 'lower --warm-up' } : {}),
    });
  }
  const mac = deviceMac(bins, options.device, file);
  return bins
    .filter(({ sessions }) => sessions.length > 0)
    .map((bin) => ({
      schema: 'networkml/features/v1',
      file,
      kind: 'port-protocol',
      layout: NETWORKML_04_LAYOUT,
      unit: 'bin',
      index: bin.index,
      start: formatMoment(momentAfter(table.base, bin.startUs * 1000)),
      end: formatMoment(momentAfter(table.base, bin.endUs * 1000)),
      device: { mac, addresses: addressesOf(bin, mac) },
      session: null,
      sessions: bin.sessions.map((session) => ({
        a: session.a,
        b: session.b,
        n: session.packets,
        role: roleIn(session, mac),
      })),
      vector: binVector(bin, mac),
    }));
}

/** The MAC of the first bin that has sessions is the device of all of them, as in the original. */
function deviceMac(bins: readonly Networkml04Bin[], wanted: string | undefined, file: string): string {
  if (wanted === undefined) {
    return bins.map(deviceOfBin).find((device) => device !== undefined)?.mac ?? '';
  }
  const isMac = parseMac(wanted) !== undefined;
  const text = isMac ? wanted.toLowerCase().replaceAll('-', ':') : wanted;
  for (const { sessions } of bins) {
    for (const { macA, macB, addressA, addressB } of sessions) {
      if ((isMac ? macA : addressA) === text) return macA;
      if ((isMac ? macB : addressB) === text) return macB;
    }
  }
  throw new NetworkmlError('NML_DEVICE_ABSENT', `${wanted} takes part in no session`, { file });
}

/** Addresses that the MAC has in a bin, in order of appearance. */
function addressesOf({ sessions }: Networkml04Bin, mac: string): string[] {
  const addresses = new Set<string>();
  for (const { macA, macB, addressA, addressB } of sessions) {
    if (macA === mac) addresses.add(addressA);
    if (macB === mac) addresses.add(addressB);
  }
  return [...addresses];
}
