import * as own from './owner-layout.js';
import type { TableCore } from './table-core.js';

/** A (MAC, IP address) pair met in a capture, and what it does there. */
export interface Owner {
  /** Number in the table's MAC table, -1 on links without MAC addresses. */
  readonly mac: number;
  readonly version: 4 | 6;
  /** IPv4 word or number in the IPv6 address arena. */
  readonly address: number;
  /** Whether the address is private, in how many sessions the owner takes part, whether it sends. */
  readonly isPrivate: boolean;
  readonly sessions: number;
  readonly sends: boolean;
  /** Whether its MAC stands before many addresses; whether it tells hosts apart (few, and at one end of each session). */
  readonly isGateway: boolean;
  readonly macIdentifies: boolean;
}

/** All owners of a capture, as the core of the table lists them (assembly/table/owners.ts). */
export class Owners {
  private readonly count: number;
  private readonly words: Int32Array;

  constructor(private readonly core: TableCore) {
    this.count = core.run.listOwners();
    this.words = core.wordsAt(core.run.owners.value, this.count * own.OWNER_WORDS);
  }

  /** The likeliest device of those not left out; undefined where none can be one. */
  likeliest(): Owner | undefined {
    const index = this.core.run.likeliestOwner();
    return index < 0 ? undefined : this.owner(index);
  }

  /** Leaves the owners of a device out from now on. */
  leaveOut(mac: number, addresses4: ReadonlySet<number>, addresses6: ReadonlySet<number>): void {
    const { run } = this.core;
    run.leaveOutMac(mac);
    for (const address of addresses4) run.leaveOutAddress(4, address);
    for (const address of addresses6) run.leaveOutAddress(6, address);
  }

  /** The first owner of an address. */
  ofAddress(version: 4 | 6, address: number): Owner | undefined {
    const { words, count } = this;
    for (let index = 0, at = 0; index < count; index++, at += own.OWNER_WORDS) {
      if (words[at + own.OWNER_VERSION] === version && words[at + own.OWNER_ADDRESS] === address) {
        return this.owner(index);
      }
    }
    return undefined;
  }

  /** The owners with unicast addresses that a MAC sends from; none of -1. */
  sourcesOf(mac: number): Owner[] {
    const { words, count } = this;
    const source = own.OWNER_SENDS | own.OWNER_UNICAST;
    const found: Owner[] = [];
    for (let index = 0, at = 0; mac >= 0 && index < count; index++, at += own.OWNER_WORDS) {
      if (words[at + own.OWNER_MAC] !== mac) continue;
      if (((words[at + own.OWNER_FACTS] as number) & source) === source) found.push(this.owner(index));
    }
    return found;
  }

  private owner(index: number): Owner {
    const word = (offset: number) => this.words[index * own.OWNER_WORDS + offset] as number;
    const facts = word(own.OWNER_FACTS);
    const fronts = word(own.OWNER_FRONTS);
    const isGateway = fronts > own.FEW_ADDRESSES;
    return {
      mac: word(own.OWNER_MAC),
      version: word(own.OWNER_VERSION) === 6 ? 6 : 4,
      address: word(own.OWNER_ADDRESS),
      isPrivate: (facts & own.OWNER_PRIVATE) !== 0,
      sessions: word(own.OWNER_SESSIONS),
      sends: (facts & own.OWNER_SENDS) !== 0,
      isGateway,
      macIdentifies: fronts > 0 && !isGateway && (facts & own.OWNER_SHARED_MAC) === 0,
    };
  }
}
