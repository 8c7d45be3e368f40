/** Sessions, bins, roles and vectors of NetworkML 0.4.5, as computed by NetworkML itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binVector, deviceOfBin, roleIn } from '../../src/features/index.js';
import { openCapture } from '../../src/pcap/index.js';
import { Networkml04BinTable } from '../../src/sessions/index.js';
import { hasShared, shared } from '../support/shared.js';

interface OracleBin {
  readonly sessions: readonly {
    readonly a: string;
    readonly b: string;
    readonly n: number;
    readonly proto_byte: string;
    readonly mac_a: string;
    readonly mac_b: string;
    readonly role: string;
    readonly external: boolean;
  }[];
  readonly vector: readonly (readonly [number, number])[];
  readonly bin_ip?: string | null;
}

interface OracleVariant {
  readonly error: string | null;
  readonly source_mac: string | null;
  readonly bins: readonly OracleBin[] | null;
}

const folder = join(shared, 'oracle', 'networkml');
const names = ['bitcoin', 'instagram', 'iphone', 'kerberos', 'nest_log_sink', 'sip', 'ssh', 'wechat'];

describe.runIf(hasShared).each(names)('networkml 0.4.5: %s', (name) => {
  it.each([
    ['no_warmup', 0],
    ['original', 120],
  ] as const)('%s', async (variant, warmUpSeconds) => {
    const oracle = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<
      string,
      OracleVariant
    >;
    const wanted = oracle[variant]!;
    const table = new Networkml04BinTable({ warmUpSeconds });
    await openCapture(join(folder, 'pcaps', `${name}.pcap`), { tunnels: false }).read((packet) =>
      table.add(packet),
    );
    const bins = table.finish();
    const mac = bins.map(deviceOfBin).find((device) => device !== undefined)?.mac ?? '';
    if (wanted.source_mac !== null) expect(mac).toBe(wanted.source_mac);

    const mine = bins.map((bin) => ({
      sessions: bin.sessions.map((session) => ({
        a: session.a,
        b: session.b,
        n: session.packets,
        proto_byte: session.protocolByte.toString(16).padStart(2, '0'),
        mac_a: session.macA,
        mac_b: session.macB,
        role: roleIn(session, mac),
        external: session.external,
      })),
      ip: deviceOfBin(bin)?.address ?? null,
    }));
    expect(mine).toEqual(
      (wanted.bins ?? []).map(({ sessions, bin_ip }) => ({
        sessions: sessions.map(({ a, b, n, proto_byte, mac_a, mac_b, role, external }) => ({
          a,
          b,
          n,
          proto_byte,
          mac_a,
          mac_b,
          role,
          external,
        })),
        ip: bin_ip ?? null,
      })),
    );
    for (const [index, bin] of (wanted.bins ?? []).entries()) {
      const vector = binVector(bins[index]!, mac);
      expect(vector.map(([column]) => column)).toEqual((bin.vector ?? []).map(([column]) => column));
      // The oracle has nine digits.
      for (const [at, [, value]] of (bin.vector ?? []).entries())
        expect(vector[at]![1]).toBeCloseTo(value, 8);
    }
  });
});
