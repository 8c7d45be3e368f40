import { type Column, type ColumnBatch, createBatch, putText, type TextCells } from '../column-table.js';
import { NetworkmlError } from '../errors.js';
import type { CaptureSource, CaptureSummary, Packet, SkipReasonName } from '../pcap/index.js';
import { dnsMessageAt, isDnsResponse, questionName, responseCode } from '../sessions/index.js';
import { type FeatureCaptureOptions, featureCapture } from './features-capture.js';
import { protocolName } from './records.js';
import { putAddress, putMac, putWord } from './session-text.js';

const text = (name: string, plain = true): Column => ({ name, kind: 'text', plain });
const int = (name: string): Column => ({ name, kind: 'int' });

/**
 * Columns of the packet table. `length` is the length on the wire; columns that netml's pcap2pandas has too bear its
 * names. What a packet does not have is a missing cell.
 */
const COLUMNS = [
  text('file', false),
  int('number'),
  { name: 'time', kind: 'double' },
  { name: 'time_ns', kind: 'nanoseconds' },
  text('datetime'),
  int('length'),
  int('captured_length'),
  int('link_type'),
  text('mac_src'),
  text('mac_dst'),
  int('vlan_id'),
  int('ip_version'),
  text('ip_src'),
  text('ip_dst'),
  int('ttl'),
  int('ip_length'),
  text('protocol'),
  int('protocol_number'),
  int('port_src'),
  int('port_dst'),
  int('payload_length'),
  int('tcp_flags'),
  text('tcp_flag_names'),
  int('tunnel'),
  int('is_dns'),
  int('dns_is_response'),
  int('dns_rcode'),
  text('skipped'),
] as const satisfies readonly Column[];

type ColumnName = (typeof COLUMNS)[number]['name'] | 'dns_query';

export interface PacketTableOptions extends FeatureCaptureOptions {
  /**
   * Adds the column `dns_query`, the name that a DNS message asks for. Names are payload, and what a person looks up,
   * so they are read by wish only.
   */
  readonly names?: boolean;
}

/** Columns of the packet table. */
export function packetColumns(names: boolean): readonly Column[] {
  return names ? [...COLUMNS, text('dns_query', false)] : COLUMNS;
}

/**
 * Reads a capture and hands on one row for every packet, also for those that cannot be used: `skipped` says why then.
 * Packets that the filter leaves out have none.
 * Memory does not grow with the capture.
 * @param write takes a batch, which is emptied and filled again afterwards
 * @throws NetworkmlError NML_INPUT_*, NML_PCAP_*
 */
export async function readPacketTable(
  source: CaptureSource,
  options: PacketTableOptions,
  write: (batch: ColumnBatch) => void,
): Promise<CaptureSummary> {
  const capture = featureCapture(source, options);
  const rows = new PacketRows(capture.name, options.names === true);
  const { batch } = rows;
  const flush = (): void => {
    if (batch.rows > 0) write(batch);
    batch.rows = 0;
  };
  const summary = await capture.read(
    (packet) => {
      rows.add(packet);
      if (batch.rows === batch.capacity) flush();
    },
    options.onProgress,
    (packet, reason) => {
      if (reason === 'filtered') return;
      rows.addSkipped(packet, reason);
      if (batch.rows === batch.capacity) flush();
    },
  );
  flush();
  return summary;
}

const ETHERNET = 1;

/** Columns that only the headers behind the frame fill. */
const BEHIND_THE_FRAME = COLUMNS.map(({ name }) => name).slice(10, -1);

/** Protocols with ports, where 0 is one: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const PORTED: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

/** Letters of every flag byte, as netml and Wireshark abbreviate them: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR. */
function flagNames(): string[] {
  return Array.from({ length: 256 }, (_, flags) =>
    [...'FSRPAUEC'].filter((_letter, bit) => ((flags >> bit) & 1) === 1).join(''),
  );
}

/** Fills the rows of one batch again and again. */
class PacketRows {
  readonly batch: ColumnBatch;
  private readonly flagNames = flagNames();
  private readonly numbers = new Map<string, Float64Array>();
  private readonly texts = new Map<string, TextCells>();
  private readonly milliseconds: Float64Array;
  private readonly nanoseconds: Int32Array;
  private readonly words = new Int32Array(4);
  private second = Number.NaN;
  private secondText = '';

  constructor(
    private readonly file: string,
    private readonly names: boolean,
  ) {
    this.batch = createBatch(packetColumns(names));
    let moments: { milliseconds: Float64Array; nanoseconds: Int32Array } | undefined;
    for (const [index, { name }] of this.batch.columns.entries()) {
      const cells = this.batch.cells[index];
      if (cells?.kind === 'text') this.texts.set(name, cells);
      else if (cells?.kind === 'nanoseconds') moments = cells;
      else if (cells?.kind === 'int' || cells?.kind === 'double') this.numbers.set(name, cells.values);
    }
    this.milliseconds = moments?.milliseconds ?? new Float64Array(0);
    this.nanoseconds = moments?.nanoseconds ?? new Int32Array(0);
  }

  add(packet: Packet): void {
    const row = this.batch.rows++;
    this.frame(row, packet);
    this.addresses(row, packet);
    this.transport(row, packet);
    this.dns(row, packet);
    this.absent('skipped', row);
  }

  /** A packet that could not be used: its frame alone is known. */
  addSkipped(packet: Packet, reason: SkipReasonName): void {
    const row = this.batch.rows++;
    this.frame(row, packet);
    for (const name of BEHIND_THE_FRAME) this.absent(name, row);
    if (this.names) this.absent('dns_query', row);
    this.word('skipped', row, reason);
  }

  private frame(row: number, packet: Packet): void {
    const { seconds, nanoseconds, view, frameAt, frameEnd } = packet;
    this.text('file', row, this.file);
    this.number('number', row, packet.number);
    this.number('time', row, seconds + nanoseconds / 1e9);
    const milliseconds = Math.floor(nanoseconds / 1e6);
    this.milliseconds[row] = seconds * 1000 + milliseconds;
    this.nanoseconds[row] = nanoseconds - milliseconds * 1e6;
    this.word('datetime', row, this.datetime(seconds, nanoseconds));
    this.number('length', row, packet.wireBytes);
    this.number('captured_length', row, packet.capturedBytes);
    this.number('link_type', row, packet.linkType);
    if (packet.linkType === ETHERNET && frameEnd - frameAt >= 12) {
      putMac(this.cells('mac_dst'), row, view.getUint16(frameAt), view.getInt32(frameAt + 2), 6);
      putMac(this.cells('mac_src'), row, view.getUint16(frameAt + 6), view.getInt32(frameAt + 8), 6);
    } else {
      this.absent('mac_dst', row);
      this.absent('mac_src', row);
    }
  }

  private addresses(row: number, packet: Packet): void {
    const { words, view, ipAt } = this.withWords(packet);
    const version = packet.ipVersion;
    this.number('vlan_id', row, packet.vlanId === 0 ? Number.NaN : packet.vlanId);
    this.number('ip_version', row, version);
    putAddress(this.cells('ip_src'), row, version, words);
    words[0] = packet.destination0;
    words[1] = packet.destination1;
    words[2] = packet.destination2;
    words[3] = packet.destination3;
    putAddress(this.cells('ip_dst'), row, version, words);
    this.number('ttl', row, view.getUint8(ipAt + (version === 4 ? 8 : 7)));
    this.number('ip_length', row, packet.ipBytes);
    this.number('tunnel', row, packet.tunnelId);
  }

  private withWords(packet: Packet): { words: Int32Array; view: DataView; ipAt: number } {
    const { words } = this;
    words[0] = packet.source0;
    words[1] = packet.source1;
    words[2] = packet.source2;
    words[3] = packet.source3;
    return { words, view: packet.view, ipAt: packet.ipAt };
  }

  private transport(row: number, packet: Packet): void {
    const { protocol, hasTcpFlags, tcpFlags } = packet;
    this.word('protocol', row, protocolName(protocol));
    this.number('protocol_number', row, protocol);
    const hasPorts = packet.sourcePort !== 0 || packet.destinationPort !== 0 || PORTED.has(protocol);
    this.number('port_src', row, hasPorts ? packet.sourcePort : Number.NaN);
    this.number('port_dst', row, hasPorts ? packet.destinationPort : Number.NaN);
    this.number('payload_length', row, packet.payloadBytes);
    this.number('tcp_flags', row, hasTcpFlags ? tcpFlags : Number.NaN);
    if (hasTcpFlags) this.word('tcp_flag_names', row, this.flagNames[tcpFlags] ?? '');
    else this.absent('tcp_flag_names', row);
  }

  private dns(row: number, packet: Packet): void {
    const at = dnsMessageAt(packet);
    this.number('is_dns', row, at < 0 ? 0 : 1);
    this.number('dns_is_response', row, at < 0 ? Number.NaN : Number(isDnsResponse(packet.view, at)));
    this.number('dns_rcode', row, at < 0 ? Number.NaN : responseCode(packet.view, at));
    if (!this.names) return;
    const name = at < 0 ? null : questionName(packet.view, at, packet.frameEnd);
    if (name === null) this.absent('dns_query', row);
    else this.text('dns_query', row, name);
  }

  private datetime(seconds: number, nanoseconds: number): string {
    if (seconds !== this.second) {
      const date = new Date(seconds * 1000);
      this.second = seconds;
      // Time stamps with an absurd offset lie outside the range of Date: only the number can be shown.
      this.secondText = Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, -5);
    }
    return `${this.secondText}.${String(nanoseconds).padStart(9, '0')}Z`;
  }

  private number(name: ColumnName, row: number, value: number): void {
    const values = this.numbers.get(name);
    if (values !== undefined) values[row] = value;
  }

  private cells(name: ColumnName): TextCells {
    const cells = this.texts.get(name);
    if (cells === undefined) throw new NetworkmlError('NML_INTERNAL', `no column ${name} of text`);
    return cells;
  }

  private text(name: ColumnName, row: number, value: string): void {
    putText(this.cells(name), row, value);
  }

  /** Text of few ASCII letters. */
  private word(name: ColumnName, row: number, value: string): void {
    putWord(this.cells(name), row, value);
  }

  private absent(name: ColumnName, row: number): void {
    const values = this.numbers.get(name);
    if (values !== undefined) values[row] = Number.NaN;
    else putText(this.cells(name), row, null);
  }
}
