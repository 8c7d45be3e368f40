/**
 * Names that are asked for (DNS, TLS) and codes of process protocols, by session. Read only when it is asked for: it is
 * the one place that looks behind the transport headers. Bounded: what comes beyond the limits is counted and left out.
 */
import { IntKeyTable, type Packet, PROTOCOL_TCP } from '../../pcap/index.js';
import {
  cutQuestionName,
  dnsMessageAt,
  isDnsResponse,
  questionName,
  questionType,
  responseCode,
} from './codes/dns-message.js';
import { processCode, rpcCode, rpcMessage } from './codes/process-code.js';
import { serverNameOf } from './codes/server-name.js';

/** What an entry is about. */
export const NAME_ASKED = 0;
export const NAME_ANSWERED = 1;
export const NAME_OF_SERVER = 2;
export const PROCESS_CODE = 3;
/** A question whose name the capture cuts; its value is the length of the message. */
export const NAME_CUT = 4;

/** Distinct names, and distinct entries of sessions, at most. */
const MOST_NAMES = 1 << 16;
const MOST_ENTRIES = 1 << 18;
const MOST_BINDINGS = 1 << 16;

/** An entry: so many packets of one row that say the same in the same direction. */
export interface NameEntry {
  row: number;
  /** The sender is side b of the row. */
  fromB: boolean;
  what: number;
  /** Type of a question, code of an answer, or code of a process protocol. */
  value: number;
  /** Number of the name, or -1. */
  name: number;
  count: number;
}

/** A record for `NameLog.read`. */
export function createNameEntry(): NameEntry {
  return { row: 0, fromB: false, what: 0, value: 0, name: -1, count: 0 };
}

/** Keeps the names and codes of a capture, within limits. */
export class NameLog {
  /** Names as they were sent, by number; lower case. */
  readonly names: string[] = [];
  /** Packets beyond the limits. */
  dropped = 0;
  private readonly numbers = new Map<string, number>();
  private readonly keys = new IntKeyTable();
  private counts = new Int32Array(256);
  /** Interface that the calls of a session are of, by its row. */
  private readonly bound = new Map<number, readonly [number, number]>();

  /** Entries in use. */
  get count(): number {
    return this.keys.size;
  }

  /**
   * Looks at a packet.
   * @param row of the session table that it was counted to
   * @param fromB its sender is side b of the row
   */
  add(packet: Packet, row: number, fromB: boolean): void {
    if (packet.payloadBytes === 0 || packet.isFragment) return;
    const dnsAt = dnsMessageAt(packet);
    if (dnsAt >= 0) {
      this.addDns(packet, dnsAt, row, fromB);
      return;
    }
    const code = processCode(packet);
    if (code >= 0) {
      this.note(row, fromB, PROCESS_CODE, code, -1);
      return;
    }
    if (packet.protocol !== PROTOCOL_TCP) return;
    const name = serverNameOf(packet);
    if (name !== null) this.note(row, fromB, NAME_OF_SERVER, 0, this.numberOf(name));
    else this.addCall(packet, row, fromB);
  }

  /** Entry `index`, into a record that is filled again each time. */
  read(index: number, out: NameEntry): NameEntry {
    const { keys } = this;
    const what = keys.word(index, 1);
    out.row = keys.word(index, 0);
    out.fromB = (what & 1) !== 0;
    out.what = what >>> 1;
    out.value = keys.word(index, 2);
    out.name = keys.word(index, 3);
    out.count = this.counts[index] as number;
    return out;
  }

  private addDns(packet: Packet, at: number, row: number, fromB: boolean): void {
    const { view, frameEnd } = packet;
    if (isDnsResponse(view, at)) {
      this.note(row, fromB, NAME_ANSWERED, responseCode(view, at), -1);
      return;
    }
    const name = questionName(view, at, frameEnd);
    if (name !== null) {
      this.note(row, fromB, NAME_ASKED, questionType(view, at, frameEnd), this.numberOf(name));
      return;
    }
    const cut = cutQuestionName(view, at, frameEnd);
    if (cut !== null) this.note(row, fromB, NAME_CUT, packet.payloadBytes, this.numberOf(cut));
  }

  private addCall(packet: Packet, row: number, fromB: boolean): void {
    const message = rpcMessage(packet);
    if (message === undefined) return;
    if (message.kind === 'bind') {
      if (this.bound.size < MOST_BINDINGS) this.bound.set(row, [message.first, message.second]);
      return;
    }
    const [first, second] = this.bound.get(row) ?? [0, 0];
    this.note(row, fromB, PROCESS_CODE, rpcCode(first, second, message.operation), -1);
  }

  private numberOf(name: string): number {
    const lower = name.toLowerCase();
    const known = this.numbers.get(lower);
    if (known !== undefined) return known;
    if (this.names.length >= MOST_NAMES) return -1;
    this.numbers.set(lower, this.names.length);
    return this.names.push(lower) - 1;
  }

  private note(row: number, fromB: boolean, what: number, value: number, name: number): void {
    const { keys } = this;
    const side = (what << 1) | Number(fromB);
    const known =
      keys.size < MOST_ENTRIES ? keys.intern(row, side, value, name) : keys.find(row, side, value, name);
    if (known < 0) {
      this.dropped++;
      return;
    }
    if (known >= this.counts.length) {
      const grown = new Int32Array(this.counts.length * 2);
      grown.set(this.counts);
      this.counts = grown;
    }
    this.counts[known] = (this.counts[known] as number) + 1;
  }
}
