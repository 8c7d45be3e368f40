import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Packets that the interface or its driver lost since it came up: the counters that libpcap takes for its `ps_ifdrop`, too
 * (Documentation/ABI/testing/sysfs-class-net-statistics of Linux). Null where the system has no such counters.
 */
export function interfaceDrops(interfaceName: string): number | null {
  // A name with a path in it is none of an interface.
  if (!/^[^/]+$/.test(interfaceName) || interfaceName.startsWith('.')) return null;
  const folder = join('/sys/class/net', interfaceName, 'statistics');
  try {
    const values = ['rx_missed_errors', 'rx_fifo_errors'].map((name) =>
      Number(readFileSync(join(folder, name), 'utf8')),
    );
    const sum = values.reduce((all, value) => all + value, 0);
    return Number.isFinite(sum) ? sum : null;
  } catch {
    // Other systems, and interfaces that are no devices (`any`).
    return null;
  }
}
