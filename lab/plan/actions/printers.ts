import { script } from './client-command.js';
import { type ActionTable, type BoundedCommand, bounded, DOCUMENTS, shell } from './command.js';

/** CUPS back ends are programs of their own, named like the scheme of the URI that they serve. */
function backEnd(uri: string, user: string, document: string): BoundedCommand[] {
  const environment = [`DEVICE_URI=${uri}`, 'CONTENT_TYPE=text/plain', 'FINAL_CONTENT_TYPE=text/plain'];
  const job = ['1', user, document, '1', '', `${DOCUMENTS}/${document}`];
  const program = `/usr/lib/cups/backend/${uri.slice(0, uri.indexOf(':'))}`;
  return bounded(['env', ...environment, 'PRINTER=office', program, ...job], 10);
}

/** Paper; a printer is told as URI (`ipp://`, `socket://`, `lpd://`). */
export const printerActions = {
  /** URI USER DOCUMENT: straight to the printer. */
  print: backEnd,
  /** URI USER DOCUMENT: through a queue of the host's own spooler. */
  printQueue: (uri, user, document) => script('do-print', [uri, user, `${DOCUMENTS}/${document}`], 12),
  /** URI TEST: what the printer is and does; TEST is one of ipptool's. */
  printerAsk: (uri, test) => bounded(['ipptool', '-q', '-T', '8', uri, `${test}.test`]),
  /** HOST: a spooler's question for paper and toner (RFC 3805). */
  printerState: (host) =>
    bounded([
      ...['snmpget', '-v2c', '-c', 'public', '-On', '-t', '2', '-r', '0', host],
      ...['.1.3.6.1.2.1.25.3.2.1.5.1', '.1.3.6.1.2.1.25.3.5.1.1.1', '.1.3.6.1.2.1.1.3.0'],
    ]),
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
