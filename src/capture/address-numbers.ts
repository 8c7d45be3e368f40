import { IntKeyTable } from '../pcap/index.js';
import type { EndKind } from './frame-ends.js';

const KINDS: readonly EndKind[] = ['mac', 'ipv4', 'ipv6'];

/**
 * Gives the addresses of each link type and kind dense numbers over all of them, in order of appearance: the same
 * address on links of two types has two numbers, for a classic capture file holds one link type only.
 */
export class AddressNumbers {
  private readonly spaces = new Map<number, Space>();
  private count = 0;

  constructor(private readonly most: number) {}

  get size(): number {
    return this.count;
  }

  /** The number of an address, or -1 for one that is not known. */
  find(linkType: number, kind: EndKind, w0: number, w1: number, w2: number, w3: number): number {
    const space = this.spaces.get(spaceKey(linkType, kind));
    if (space === undefined) return -1;
    return space.numbers[space.table.find(w0, w1, w2, w3)] ?? -1;
  }

  /** The number of an address, given now if it is new; -1 when there are no more numbers. */
  intern(linkType: number, kind: EndKind, w0: number, w1: number, w2: number, w3: number): number {
    const key = spaceKey(linkType, kind);
    let space = this.spaces.get(key);
    if (space === undefined) {
      space = { table: new IntKeyTable(), numbers: [] };
      this.spaces.set(key, space);
    }
    const known = space.numbers[space.table.find(w0, w1, w2, w3)];
    if (known !== undefined) return known;
    if (this.count >= this.most) return -1;
    space.table.intern(w0, w1, w2, w3);
    space.numbers.push(this.count);
    return this.count++;
  }
}

interface Space {
  readonly table: IntKeyTable;
  /** By number in the table. */
  readonly numbers: number[];
}

function spaceKey(linkType: number, kind: EndKind): number {
  return linkType * KINDS.length + KINDS.indexOf(kind);
}
