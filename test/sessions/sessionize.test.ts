import { describe, expect, it } from 'vitest';
import { openCapture } from '../../src/pcap/index.js';
import {
  type DeviceSession,
  deviceHint,
  forEachDeviceSession,
  sessionize,
} from '../../src/sessions/index.js';
import { filler } from '../support/bytes.js';
import { classicPieces, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { fragmentHeader, ipv4, ipv6, udp } from '../support/ip-packets.js';

async function sessionsOf(frames: readonly Uint8Array[], device: string): Promise<DeviceSession[]> {
  const files = frames.map((frame, seconds) => ({ seconds, nanoseconds: 0, frame }));
  const read = await sessionize(openCapture(fileOf(classicPieces(files))), { device: deviceHint(device) });
  const out: DeviceSession[] = [];
  forEachDeviceSession(read.table, read.device!, (part) => out.push({ ...part }));
  return out;
}

describe('sessions of a capture', () => {
  it('take in the later fragments of their datagrams', async () => {
    const ends = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 17 };
    const ends6 = { source: 'fd00::1', destination: 'fd00::2', protocol: 17 };
    const datagram = (port: number): Uint8Array => udp(port, 2049, filler(92));
    const four = (port: number, identification: number, from: number): Uint8Array =>
      ethernet(
        {},
        ipv4(
          { ...ends, identification, fragmentOffset: from, moreFragments: from === 0 },
          datagram(port).slice(from, from + 56),
        ),
      );
    const six = (port: number, identification: number, from: number): Uint8Array =>
      ethernet(
        {},
        ipv6(
          { ...ends6, extensions: [fragmentHeader(identification, from, from === 0)] },
          datagram(port).slice(from, from + 56),
        ),
      );
    // Two datagrams of two sessions, interleaved.
    const frames = [
      four(700, 1, 0),
      four(800, 2, 0),
      four(700, 1, 56),
      four(800, 2, 56),
      six(900, 7, 0),
      six(900, 7, 56),
      four(700, 3, 56),
    ];
    const sessions = await sessionsOf(frames, '10.0.0.1');
    const facts = sessions.map(
      ({ ipVersion, devicePort, peerPort, sentPackets, sentPayloadBytes, sentIpBytes }) => [
        ipVersion,
        devicePort,
        peerPort,
        sentPackets,
        sentPayloadBytes,
        sentIpBytes,
      ],
    );
    expect(facts).toEqual([
      [4, 700, 2049, 2, 92, 140],
      [4, 800, 2049, 2, 92, 140],
      [6, 900, 2049, 2, 92, 196],
    ]);
  });

  it('pass on the progress of the reading', async () => {
    const bytes = fileOf(classicPieces([]));
    const seen: number[] = [];
    await sessionize(openCapture(bytes), { onProgress: (progress) => seen.push(progress.bytes) });
    expect(seen).toEqual([24]);
  });
});
