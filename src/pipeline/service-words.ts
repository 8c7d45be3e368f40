import { portServiceName, type ServiceWindows, serviceClasses, serviceOfColumn } from '../features/index.js';

/** Ports named in one reason. */
const PORTS_NAMED = 3;

/** A subject of layout `services/1` with the ports behind it and the number of peers: `serves printing (ipp 631; 4 peers)`. */
export function serviceWords(subject: string, columns: readonly number[], windows: ServiceWindows): string {
  const ports = new Map<number, number>();
  let peers = 0;
  for (const column of columns) {
    const service = serviceOfColumn(column);
    if (service === undefined) continue;
    const behind = windows.services.get(service.side * serviceClasses.length + service.serviceClass);
    if (behind === undefined) continue;
    peers = Math.max(peers, behind.peers);
    for (const [port, count] of behind.ports) ports.set(port, Math.max(count, ports.get(port) ?? 0));
  }
  if (ports.size === 0) return subject;
  const named = [...ports]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .slice(0, PORTS_NAMED)
    .map(([port]) => [portServiceName(port), port].filter((part) => part !== undefined).join(' '));
  const more = ports.size > PORTS_NAMED ? ', ...' : '';
  return `${subject} (${named.join(', ')}${more}; ${peers} ${peers === 1 ? 'peer' : 'peers'})`;
}
