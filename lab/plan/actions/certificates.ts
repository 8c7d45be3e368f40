import { LAX_CURL, script } from './client-command.js';
import { type ActionTable, bounded } from './command.js';

/** What others want of a certificate authority. */
export const certificateActions = {
  /** URL: is the outside's certificate still good? */
  certificateStatus: (url) =>
    bounded([
      ...['openssl', 'ocsp', '-issuer', '/lab/site/ca.crt', '-cert', '/lab/site/internet.crt', '-noverify'],
      ...['-timeout', '5', '-url', url],
    ]),
  /** URL: an authority's certificate or list of revoked ones. */
  certificateFile: (url) => bounded([...LAX_CURL, url]),
  /** URL BASE: revoked certificates from a directory. */
  certificateDirectory: (url, base) =>
    bounded([
      'env',
      'LDAPTLS_REQCERT=never',
      'ldapsearch',
      '-x',
      '-o',
      'nettimeout=5',
      '-H',
      url,
      '-b',
      base,
      '(objectClass=*)',
    ]),
  /** SERVER PATH REFERENCE SECRET NAME: a new certificate over CMP (RFC 4210). */
  certificateCmp: (server, path, reference, secret, name) =>
    script('do-certificate', ['cmp', server, path, reference, secret, name], 15),
  /** DIRECTORY NAME: a new certificate over ACME (RFC 8555) with an HTTP challenge. */
  certificateAcme: (directory, name) => script('do-certificate', ['acme', directory, name], 20),
} satisfies ActionTable;
