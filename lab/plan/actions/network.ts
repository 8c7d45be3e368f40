import { type ActionTable, bounded } from './command.js';

const SNMP = ['-v2c', '-c', 'public', '-On', '-t', '2', '-r', '0'];

/** Names, reachability, and polling. */
export const networkActions = {
  lookup: (name: string) => bounded(['dig', '+time=2', '+tries=1', name], 6),
  ping: (host: string) => bounded(['ping', '-c', '3', '-i', '0.5', '-W', '1', host], 6),
  snmpSystem: (host: string) => bounded(['snmpbulkwalk', ...SNMP, host, '.1.3.6.1.2.1.1']),
  snmpInterfaces: (host: string) =>
    bounded(['snmpget', ...SNMP, host, '.1.3.6.1.2.1.1.3.0', '.1.3.6.1.2.1.2.1.0']),
  /** HOST: what the exporter of a server tells. */
  scrape: (host: string) =>
    bounded(['curl', '-sS', '-o', '/dev/null', '--max-time', '8', `http://${host}:9100/metrics`]),
} satisfies ActionTable;
