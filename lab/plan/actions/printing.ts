import { type ActionTable, type BoundedCommand, bounded, DOCUMENTS, shell } from './command.js';

/** CUPS back ends are programs of their own: URI in the environment, job, user, title, copies, options, file. */
function cupsBackEnd(
  kind: 'ipp' | 'socket' | 'lpd',
  uri: string,
  user: string,
  document: string,
): BoundedCommand[] {
  const environment = [
    `DEVICE_URI=${uri}`,
    'CONTENT_TYPE=text/plain',
    'FINAL_CONTENT_TYPE=text/plain',
    'PRINTER=office',
  ];
  const job = ['1', user, document, '1', '', `${DOCUMENTS}/${document}`];
  return bounded(['env', ...environment, `/usr/lib/cups/backend/${kind}`, ...job], 20);
}

/** Printers, each by its address and path. */
export const printingActions = {
  /** PRINTER PATH USER DOCUMENT. */
  printIpp: (printer: string, path: string, user: string, document: string) =>
    cupsBackEnd('ipp', `ipp://${printer}:631/${path}`, user, document),
  /** PRINTER USER DOCUMENT. */
  printSocket: (printer: string, user: string, document: string) =>
    cupsBackEnd('socket', `socket://${printer}:9100`, user, document),
  /** PRINTER QUEUE USER DOCUMENT. */
  printLpd: (printer: string, queue: string, user: string, document: string) =>
    cupsBackEnd('lpd', `lpd://${printer}/${queue}`, user, document),
  /** PRINTER PATH. */
  printerAttributes: (printer: string, path: string) =>
    bounded(['ipptool', '-q', '-T', '8', `ipp://${printer}:631/${path}`, 'get-printer-attributes.test']),
  printerPage: (printer: string) =>
    bounded(['curl', '-sS', '-o', '/dev/null', '--max-time', '8', `http://${printer}/`]),
  findPrinters: () =>
    // Asked by multicast, as programs without a responder do; several answer, and dig wants only one.
    shell(
      'for kind in _ipp _printer _pdl-datastream; do dig @224.0.0.251 -p 5353 +time=1 +tries=1 "$kind._tcp.local" PTR; done; true',
      [],
      6,
    ),
} satisfies ActionTable;
