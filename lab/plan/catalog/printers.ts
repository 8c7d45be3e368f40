import { pick } from '../draw.js';
import { hostPlan, offerOf } from './host.js';
import type { Implementation } from './types.js';

const IPP_MODELS = [
  ['Brother', 'HL-L6400DW'],
  ['Kyocera', 'ECOSYS P3155'],
  ['Canon', 'LBP236'],
] as const;
const OLD_MODELS = [
  ['HP', 'LaserJet 4250'],
  ['Lexmark', 'T644'],
] as const;

/** IPP Everywhere by CUPS' ippeveprinter, and port 9100. */
const ippEverywhere: Implementation = {
  role: 'Printer',
  name: 'ippeveprinter',
  prefixes: ['00:80:77', '30:05:5c'],
  commands: ['ippeveprinter'],
  plan(site, seat) {
    // Its IPP server refuses names that are not its own multicast name.
    const host = seat.address;
    site.offers.push(
      offerOf(site, seat, 'ipp', 631, { host, extra: { path: '/ipp/print' } }),
      offerOf(site, seat, 'jetdirect', 9100),
      offerOf(site, seat, 'snmp', 161),
    );
    return hostPlan(site, seat, {
      role: 'Printer',
      implementation: 'ippeveprinter',
      script: 'printer-ipp.sh',
      scriptArguments: pick(site.random, IPP_MODELS),
      mustSee: ['tcp/631', 'udp/161', 'udp/5353', 'udp/67', 'udp/123'],
    });
  },
};

/** Port 9100, LPD and a web page; no IPP. */
const rawPrinter: Implementation = {
  role: 'Printer',
  name: 'raw-lpd',
  prefixes: ['00:21:5a', '3c:d9:2b'],
  commands: ['cupsd', 'nginx'],
  plan(site, seat) {
    site.offers.push(
      offerOf(site, seat, 'jetdirect', 9100),
      offerOf(site, seat, 'lpd', 515, { extra: { queue: 'raw' } }),
      offerOf(site, seat, 'printer-page', 80),
      offerOf(site, seat, 'snmp', 161),
    );
    return hostPlan(site, seat, {
      role: 'Printer',
      implementation: 'raw-lpd',
      script: 'printer-raw.sh',
      scriptArguments: pick(site.random, OLD_MODELS),
      mustSee: ['tcp/515', 'udp/161', 'udp/67', 'udp/123'],
    });
  },
};

const CUPS_MODELS = [
  ['Canon', 'imageRUNNER 2630'],
  ['Ricoh', 'IM 350'],
  ['Xerox', 'VersaLink B400'],
] as const;

/** IPP below a queue's name, LPD, and pages at port 631; no port 9100. */
const cupsPrinter: Implementation = {
  role: 'Printer',
  name: 'cups-queue',
  prefixes: ['00:00:85', '00:26:73', '9c:93:4e'],
  commands: ['cupsd', 'socat'],
  plan(site, seat) {
    const queue = pick(site.random, ['office', 'floor2', 'lp']);
    site.offers.push(
      offerOf(site, seat, 'ipp', 631, { extra: { path: `/printers/${queue}`, console: '/printers/' } }),
      offerOf(site, seat, 'lpd', 515, { extra: { queue } }),
      offerOf(site, seat, 'snmp', 161),
    );
    return hostPlan(site, seat, {
      role: 'Printer',
      implementation: 'cups-queue',
      script: 'printer-cups.sh',
      scriptArguments: [...pick(site.random, CUPS_MODELS), queue],
      mustSee: ['tcp/631', 'udp/161', 'udp/5353', 'udp/67', 'udp/123'],
    });
  },
};

/** Three kinds of printer. */
export const printers: readonly Implementation[] = [ippEverywhere, rawPrinter, cupsPrinter];
