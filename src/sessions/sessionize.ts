import type { Capture, CaptureProgress, CaptureSummary, SkippedHandler } from '../pcap/index.js';
import { ArpLog } from './activity/arp-log.js';
import { HintLog } from './activity/hint-log.js';
import { NameLog } from './activity/name-log.js';
import { hintFromName, parseCaptureName } from './capture-name.js';
import { chooseDevice, type Device, type DeviceHint } from './device.js';
import { SessionTable, type SessionTableOptions } from './session-table.js';

export interface SessionizeOptions extends SessionTableOptions {
  /** The host that the capture is about, where it is known from elsewhere. */
  readonly device?: DeviceHint;
  /** Whether names and codes of process protocols are read, which lie behind the headers; they are not unless asked for. */
  readonly names?: boolean;
  /** Whether it is read, likewise, what hosts say of themselves. */
  readonly hints?: boolean;
  readonly onProgress?: (progress: CaptureProgress) => void;
  /** Called for each packet that cannot be used, with the reason. */
  readonly onSkipped?: SkippedHandler;
}

/** A capture as sessions, and the device it is about. */
export interface SessionizedCapture {
  readonly summary: CaptureSummary;
  readonly table: SessionTable;
  readonly arp: ArpLog;
  /** Undefined unless it was asked for. */
  readonly names: NameLog | undefined;
  readonly hints: HintLog | undefined;
  /** Undefined when no unicast host takes part in any session. */
  readonly device: Device | undefined;
}

/**
 * Reads a capture once and joins its packets to sessions: all packets of a key, without time-out, cut into parts of
 * 15 minutes. The device is the one of the options, else of a Poseidon file name, else found from the traffic.
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*; NML_DEVICE_ABSENT when the host of an option is not there
 */
export async function sessionize(
  capture: Capture,
  options: SessionizeOptions = {},
): Promise<SessionizedCapture> {
  const table = new SessionTable(options);
  const arp = new ArpLog();
  const names = options.names === true ? new NameLog() : undefined;
  const hints = options.hints === true ? new HintLog() : undefined;
  const { onSkipped } = options;
  const readsHeadersOnly = names === undefined && hints === undefined;
  const summary = await capture.read(
    readsHeadersOnly
      ? (packet) => table.add(packet)
      : (packet) => {
          table.add(packet);
          if (table.newestRow >= 0) names?.add(packet, table.newestRow, table.newestFromB);
          hints?.add(packet);
        },
    options.onProgress,
    onSkipped === undefined
      ? (packet) => arp.add(packet)
      : (packet, reason) => {
          arp.add(packet);
          onSkipped(packet, reason);
        },
    readsHeadersOnly ? table.plainPackets() : undefined,
  );
  const hint = options.device ?? hintFromName(parseCaptureName(capture.name));
  return { summary, table, arp, names, hints, device: chooseDevice(table, hint) };
}
