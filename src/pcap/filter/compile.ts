import type { Packet } from '../packet.js';
import { createFrameCursor } from './frame-cursor.js';
import { groupTest, type Made, protocolTest, type Qualifiers, valueTest } from './primitive.js';
import { both, type Direction, either, negated, type Test, vlanTest } from './tests.js';
import { parseNumber } from './values.js';
import { filterError, type Word, wordsOf } from './words.js';

/** Whether a frame is wanted. Looks at the packet's bytes, link type and length, so it may be asked before decoding. */
export type PacketFilter = (packet: Packet) => boolean;

const PROTOCOLS: ReadonlySet<string> = new Set([
  ...['ether', 'ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'sctp'],
  ...['icmp', 'icmp6', 'igmp', 'pim', 'vrrp', 'ah', 'esp'],
]);
const KINDS: ReadonlySet<string> = new Set(['host', 'net', 'port', 'portrange', 'proto']);
const MAX_DEPTH = 64;

/**
 * Compiles the common part of tcpdump's filter language (pcap-filter(7)): see docs/packets.md. Like tcpdump, it sees the
 * outermost headers, `and` and `or` bind equally strongly, and `vlan` moves what follows behind the tag.
 * @throws NetworkmlError NML_FILTER, whose message marks the place of the mistake
 */
export function compileFilter(text: string): PacketFilter {
  const test = new FilterParser(text).parse();
  const cursor = createFrameCursor();
  return (packet) => {
    cursor.view = packet.view;
    cursor.start = packet.frameAt;
    cursor.end = packet.frameEnd;
    cursor.linkType = packet.linkType;
    cursor.wireBytes = packet.wireBytes;
    cursor.cut = false;
    return test(cursor) && !cursor.cut;
  };
}

/** Recursive descent over the words of one filter. */
class FilterParser {
  private readonly words: readonly Word[];
  private next = 0;
  private depth = 0;
  /** VLAN tags asked for so far. */
  private tags = 0;
  /** Qualifiers of the test before, which a value alone may leave out. */
  private last: Qualifiers | undefined;

  constructor(private readonly text: string) {
    this.words = wordsOf(text);
  }

  parse(): Test {
    if (this.words.length === 0) return () => true;
    const test = this.expression();
    if (this.word !== undefined) throw this.fail('"and" or "or" is expected');
    return test;
  }

  private get word(): string | undefined {
    return this.words[this.next]?.text;
  }

  private fail(what: string, at = this.next): Error {
    return filterError(this.text, this.words[at]?.at ?? this.text.length, what);
  }

  private take(): string {
    const { word } = this;
    if (word === undefined) throw this.fail('the filter ends too early');
    this.next++;
    return word;
  }

  private expression(): Test {
    return this.chain(() => this.term());
  }

  /** Parts joined by `and` and `or`, from left to right without precedence. */
  private chain(part: () => Test): Test {
    let test = part();
    while (this.word === 'and' || this.word === 'or') {
      const join = this.take() === 'and' ? both : either;
      test = join(test, part());
    }
    return test;
  }

  private term(): Test {
    if (this.word === 'not') {
      this.take();
      return this.nested(() => negated(this.term()));
    }
    if (this.word !== '(') return this.primitive();
    const before = this.last;
    const test = this.parentheses(() => this.expression());
    this.last = before;
    return test;
  }

  private parentheses(inside: () => Test): Test {
    this.take();
    const test = this.nested(inside);
    if (this.word !== ')') throw this.fail('")" is expected');
    this.take();
    return test;
  }

  private nested(inside: () => Test): Test {
    if (++this.depth > MAX_DEPTH) throw this.fail(`more than ${MAX_DEPTH} levels`);
    const test = inside();
    this.depth--;
    return test;
  }

  private primitive(): Test {
    const at = this.next;
    const special = this.special();
    if (special !== undefined) {
      this.last = undefined;
      return special;
    }
    const qualifiers = this.qualifiers();
    const taken = this.next > at;
    if (taken && (this.word === undefined || this.isJoint(this.word)))
      return this.protocolAlone(qualifiers, at);
    if (this.word === 'multicast' || this.word === 'broadcast') {
      this.last = undefined;
      return this.must(groupTest(this.take(), qualifiers.protocol, this.tags), this.next - 1);
    }
    const wanted = taken ? qualifiers : (this.last ?? {});
    this.last = wanted;
    return this.word === '('
      ? this.parentheses(() => this.chain(() => this.listed(wanted)))
      : this.value(wanted);
  }

  private isJoint(word: string): boolean {
    return word === 'and' || word === 'or' || word === ')';
  }

  /** `less`, `greater` and `vlan`. */
  private special(): Test | undefined {
    if (this.word === 'less' || this.word === 'greater') {
      const isLess = this.take() === 'less';
      const bytes = this.number(0xffffffff);
      return ({ wireBytes }) => (isLess ? wireBytes <= bytes : wireBytes >= bytes);
    }
    if (this.word !== 'vlan') return undefined;
    this.take();
    const isNumbered = this.word !== undefined && /^\d/.test(this.word);
    const id = isNumbered ? this.number(4095) : undefined;
    return vlanTest(id, this.tags++);
  }

  private number(most: number): number {
    const value = parseNumber(this.take(), most);
    if (value === undefined) throw this.fail(`a number from 0 to ${most} is expected`, this.next - 1);
    return value;
  }

  private qualifiers(): Qualifiers {
    const found: { -readonly [K in keyof Qualifiers]: Qualifiers[K] } = {};
    if (this.word !== undefined && PROTOCOLS.has(this.word)) found.protocol = this.take();
    const direction = this.direction();
    if (direction !== undefined) found.direction = direction;
    if (this.word !== undefined && KINDS.has(this.word)) {
      found.kind = this.take() as NonNullable<Qualifiers['kind']>;
    }
    if (found.kind === 'proto' && direction !== undefined)
      throw this.fail('a protocol has no direction', this.next - 1);
    return found;
  }

  /** `src`, `dst`, `src or dst`, `src and dst`, in either order. */
  private direction(): Direction | undefined {
    if (this.word !== 'src' && this.word !== 'dst') return undefined;
    const first = this.take();
    const [joint, second] = this.words.slice(this.next, this.next + 2).map(({ text }) => text);
    const isPair = (joint === 'or' || joint === 'and') && second === (first === 'src' ? 'dst' : 'src');
    if (!isPair) return first as Direction;
    this.next += 2;
    return joint === 'or' ? 'src or dst' : 'src and dst';
  }

  private protocolAlone(qualifiers: Qualifiers, at: number): Test {
    const { protocol, direction, kind } = qualifiers;
    const complete = protocol !== undefined && direction === undefined && kind === undefined;
    const test = complete ? protocolTest(protocol, this.tags) : undefined;
    if (test === undefined) throw this.fail('a value is expected', complete ? at + 1 : this.next);
    this.last = undefined;
    return test;
  }

  /** A value in parentheses behind qualifiers: `port (80 or 443)`. */
  private listed(qualifiers: Qualifiers): Test {
    if (this.word === 'not') {
      this.take();
      return this.nested(() => negated(this.listed(qualifiers)));
    }
    return this.word === '('
      ? this.parentheses(() => this.chain(() => this.listed(qualifiers)))
      : this.value(qualifiers);
  }

  private value(qualifiers: Qualifiers): Test {
    const at = this.next;
    const value = this.take();
    if (value === ')' || value === 'and' || value === 'or') throw this.fail('a value is expected', at);
    let mask: string | undefined;
    if (qualifiers.kind === 'net' && this.word === 'mask') {
      this.take();
      mask = this.take();
    }
    return this.must(valueTest(qualifiers, value, mask, this.tags), at);
  }

  private must(made: Made, at: number): Test {
    if (typeof made === 'string') throw this.fail(made, at);
    return made;
  }
}
