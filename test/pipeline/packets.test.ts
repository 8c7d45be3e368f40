import { describe, expect, it } from 'vitest';
import { packetColumns, readPacketTable } from '../../src/pipeline/index.js';
import { rowsOf } from '../support/batch-rows.js';
import { concat, u8, u16 } from '../support/bytes.js';
import { classicPieces, type FilePacket, fileOf } from '../support/capture-files.js';
import { ethernet } from '../support/frames.js';
import { arpRequest, ipv4, ipv6, tcp, udp } from '../support/ip-packets.js';
import { readAll } from '../support/read-all.js';
import { randomTraffic, type TestTraffic } from '../support/traffic.js';

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

function bytesOf({ files }: TestTraffic): Uint8Array {
  return fileOf(classicPieces(files));
}

async function packetRows(source: Uint8Array, names = false): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  await readPacketTable(source, { name: 'x.pcap', names }, (batch) => rows.push(...rowsOf(batch)));
  return rows;
}

describe('packet table', () => {
  it.each(seeds)('has a row for every packet with what the packet holds, seed %i', async (seed) => {
    const traffic = randomTraffic(seed, { sessions: 300 });
    const rows = await packetRows(bytesOf(traffic));
    expect(rows.map(({ number }) => number)).toEqual(traffic.packets.map((_, at) => at + 1));
    const { packets } = await readAll(bytesOf(traffic));
    for (const packet of packets) {
      const row = rows[packet.number - 1]!;
      const meant = traffic.packets[packet.number - 1]!;
      const ported = meant.protocol === 6 || meant.protocol === 17;
      expect(row).toMatchObject({
        file: 'x.pcap',
        length: packet.wireBytes,
        captured_length: packet.capturedBytes,
        mac_src: meant.source.mac,
        mac_dst: meant.destination.mac,
        vlan_id: meant.vlans.at(-1) ?? null,
        ip_version: meant.version,
        ip_src: meant.source.address,
        ip_dst: meant.destination.address,
        ttl: 64,
        ip_length: packet.ipBytes,
        protocol_number: packet.protocol,
        port_src: ported || packet.sourcePort > 0 ? packet.sourcePort : row.port_src,
        payload_length: packet.payloadBytes,
        tcp_flags: packet.hasTcpFlags ? packet.tcpFlags : null,
        tunnel: 0,
        skipped: null,
      });
      expect(row.time).toBeCloseTo(meant.seconds + meant.nanoseconds / 1e9, 6);
      const milliseconds = meant.seconds * 1000 + Math.floor(meant.nanoseconds / 1e6);
      expect(row.time_ns).toBe(`${milliseconds}+${meant.nanoseconds % 1e6}`);
      expect(Date.parse(String(row.datetime))).toBe(milliseconds);
      expect(String(row.datetime)).toMatch(new RegExp(`\\.${String(meant.nanoseconds).padStart(9, '0')}Z$`));
    }
  });

  const files = (...frames: readonly Uint8Array[]): Uint8Array =>
    fileOf(classicPieces(frames.map((frame, seconds): FilePacket => ({ seconds, nanoseconds: 0, frame }))));

  it('names packets that cannot be used', async () => {
    const arp = ethernet({}, arpRequest(new Uint8Array(6), '10.0.0.1', '10.0.0.2'), 0x0806);
    const good = ethernet(
      {},
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 6 }, tcp(1, 2, 0x12)),
    );
    const rows = await packetRows(files(good, arp, arp.slice(0, 9)));
    expect(
      rows.map(({ skipped, mac_src, ip_src, tcp_flag_names }) => [skipped, mac_src, ip_src, tcp_flag_names]),
    ).toEqual([
      [null, '02:00:00:00:00:01', '10.0.0.1', 'SA'],
      ['non-ip', '02:00:00:00:00:01', null, null],
      ['truncated', null, null, null],
    ]);
  });

  it('tells DNS by its header, and names by wish alone', async () => {
    const question = (flags: number, name: Uint8Array): Uint8Array =>
      concat(u16(7), u16(flags), u16(1), u16(0), u16(0), u16(0), name, u16(1), u16(1));
    const labels = (...texts: string[]): Uint8Array =>
      concat(...texts.map((text) => concat(u8(text.length), new TextEncoder().encode(text))), u8(0));
    const ends = { source: '10.0.0.1', destination: '10.0.0.2' };
    const query = question(0x0100, labels('www', 'exa.m"ple', 'org'));
    const answer = question(0x8183, labels('nowhere'));
    const over = (payload: Uint8Array, port: number): Uint8Array =>
      ethernet({}, ipv4({ ...ENDS_UDP, ...ends }, udp(5000, port, payload)));
    const long = udp(5000, 53, concat(query.slice(0, 12), new Uint8Array(60).fill(63)));
    const fragment = (from: number): Uint8Array =>
      ethernet(
        {},
        ipv4(
          { ...ENDS_UDP, ...ends, identification: 9, fragmentOffset: from, moreFragments: from === 0 },
          long.slice(from, from + 40),
        ),
      );
    const source = files(
      over(query, 53),
      ethernet(
        {},
        ipv6({ source: 'fd00::1', destination: 'fd00::2', protocol: 17 }, udp(5353, 5353, answer)),
      ),
      ethernet(
        {},
        ipv4(
          { ...ends, protocol: 6 },
          tcp(5000, 53, 0x18, concat(u16(query.length), query), new Uint8Array(12)),
        ),
      ),
      over(query, 54),
      over(query.slice(0, 11), 53),
      over(query.slice(0, 20), 53),
      over(concat(query.slice(0, 12), u8(0xc0), u8(12)), 53),
      fragment(0),
      fragment(40),
    );
    const rows = await packetRows(source, true);
    const seen = rows.map(({ is_dns, dns_is_response, dns_rcode, dns_query }) => [
      is_dns,
      dns_is_response,
      dns_rcode,
      dns_query,
    ]);
    expect(seen).toEqual([
      [1, 0, 0, 'www.exa\\046m"ple.org'],
      [1, 1, 3, 'nowhere'],
      [1, 0, 0, 'www.exa\\046m"ple.org'],
      [0, null, null, null],
      [0, null, null, null],
      [1, 0, 0, null],
      [1, 0, 0, null],
      [1, 0, 0, null],
      [0, null, null, null],
    ]);
    expect((await packetRows(source))[0]).not.toHaveProperty('dns_query');
    expect(packetColumns(false).map(({ name }) => name)).not.toContain('dns_query');
  });
});

const ENDS_UDP = { protocol: 17 };
