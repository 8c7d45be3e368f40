import { LAX_CURL, script } from './client-command.js';
import { type ActionTable, bounded } from './command.js';

const CHROMIUM = [
  'chromium-headless-shell',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--ignore-certificate-errors',
  '--user-data-dir=/tmp/browser',
];

/** Pages in other browsers than curl, and pages of the site's own servers. */
export const pageActions = {
  /** NAME SIZE: in a text browser, which speaks HTTP/1 and closes each connection. */
  webText: (name, size) =>
    bounded(['w3m', '-dump_source', '-o', 'ssl_verify_server=0', `https://${name}/${size}.html`]),
  /** URL: in a real browser without a window. */
  openBrowser: (url) => bounded([...CHROMIUM, '--dump-dom', url], 15),
  /** NAME SIZE: in a real browser that speaks QUIC (RFC 9000) to this name of the outside. */
  openQuic: (name, size) => script('do-quic', [name, size], 15),
  /** URL...: over one connection. */
  open: (...urls) =>
    bounded([...LAX_CURL, '-L', ...urls.flatMap((url, i) => (i ? ['-o', '/dev/null', url] : [url]))]),
} satisfies ActionTable;
