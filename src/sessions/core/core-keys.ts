import type { Core, CoreExports } from './core.js';

/** A core with tables of keys (assembly/table/keys.ts). */
export interface KeyKeeper extends CoreExports {
  findKey(table: number, k0: number, k1: number, k2: number, k3: number): number;
  keyCount(table: number): number;
  keyWord(table: number, id: number, index: number): number;
}

/** A core's table that gives every distinct key of four 32-bit integers a dense number. */
export class CoreKeys {
  constructor(
    private readonly core: Core<KeyKeeper>,
    private readonly table: number,
  ) {}

  get size(): number {
    return this.core.run.keyCount(this.table);
  }

  /** Number of the key, or -1. */
  find(k0: number, k1: number, k2: number, k3: number): number {
    return this.core.run.findKey(this.table, k0, k1, k2, k3);
  }

  /** Word 0 to 3 of a key by its number. */
  word(id: number, index: 0 | 1 | 2 | 3): number {
    return this.core.run.keyWord(this.table, id, index);
  }
}
