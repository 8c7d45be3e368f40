import { PASSWORD } from '../catalog/types.js';
import { LAX_CURL } from './client-command.js';
import { type ActionTable, type BoundedCommand, bounded, DOCUMENTS, shell } from './command.js';

/** SHARE is `//HOST/NAME`; USER may carry a domain (`CORP\alice`), `@` means the Kerberos ticket of the host. */
function smb(share: string, user: string, command: string): BoundedCommand[] {
  // A member would ask its domain for a ticket first, and give up where the server belongs to none.
  const tickets = user === '@' ? 'required' : user.includes('\\') ? 'desired' : 'off';
  const who = [`--use-kerberos=${tickets}`, ...(user === '@' ? [] : ['-U', `${user}%${PASSWORD}`])];
  return bounded(['smbclient', share, ...who, '-c', command]);
}

const version = (text: string): string => `?version=${text}&uid=0&gid=0`;

const RSYNC = ['rsync', '-rt', '--timeout=8'];
const ftp = (user: string, security: string): string[] => [
  ...LAX_CURL,
  ...(security === 'tls' ? ['--ssl-reqd'] : []),
  ...['-u', `${user}:${PASSWORD}`],
];

/** Shared files, wherever they are and whoever asks. */
export const shareActions = {
  /** SHARE USER. */
  shareList: (share, user) => smb(share, user, 'ls'),
  /** SHARE USER DOCUMENT: reads one of the documents that every file server holds. */
  shareGet: (share, user, document) => smb(share, user, `get ${document} /tmp/${document}`),
  /** SHARE USER DOCUMENT NAME: keeps a document under a new name. */
  sharePut: (share, user, document, name) =>
    smb(share, user, `lcd ${DOCUMENTS}; put ${document} ${name}; ls ${name}`),
  /** SHARE USER DOCUMENT NAME: keeps it, reads it again and removes it. */
  shareRoundTrip: (share, user, document, name) =>
    smb(share, user, `lcd ${DOCUMENTS}; put ${document} ${name}; lcd /tmp; get ${name} ${name}; del ${name}`),
  /** URL VERSION, URL as `nfs://HOST/PATH`. */
  exportList: (url, number) => bounded(['nfs-ls', `${url}${version(number)}`]),
  /** URL VERSION DOCUMENT: reads one of the documents that every file server holds. */
  exportGet: (url, number, document) => [
    // The client refuses to replace a file.
    ...bounded(['rm', '-f', `/tmp/${document}`]),
    ...bounded(['nfs-cp', `${url}/${document}${version(number)}`, `/tmp/${document}`]),
  ],
  /** URL VERSION DOCUMENT NAME: copies a document there and back; version 4 only reads, as libnfs cannot write with it. */
  exportRoundTrip: (url, number, document, name) => [
    ...(number === '4'
      ? bounded(['nfs-ls', `${url}${version(number)}`])
      : bounded(['nfs-cp', `${DOCUMENTS}/${document}`, `${url}/${name}${version(number)}`])),
    ...bounded(['nfs-cp', `${url}/${number === '4' ? document : name}${version(number)}`, `/tmp/${name}`]),
  ],
  /** URL DOCUMENT, URL as `rsync://HOST:PORT/MODULE/`. */
  modulePush: (url, document) => bounded([...RSYNC, `${DOCUMENTS}/${document}`, url]),
  /** URL DOCUMENT: there and back. */
  moduleRoundTrip: (url, document) => [
    ...bounded([...RSYNC, `${DOCUMENTS}/${document}`, url]),
    ...bounded([...RSYNC, `${url}${document}`, '/tmp/']),
  ],
  /** HOST FOLDER KILOBYTES: keeps a data set on a server over ssh and gets it back. */
  dataSet: (host, folder, kilobytes) => [
    ...shell('mkdir -p /tmp/set; head -c "$1"000 /dev/urandom > "/tmp/set/$2"', [kilobytes, host]),
    ...bounded([...RSYNC, '/tmp/set/', `root@${host}:${folder}/`], 20),
    ...bounded(['rm', '-rf', '/tmp/back']),
    ...bounded([...RSYNC, `root@${host}:${folder}/`, '/tmp/back/'], 20),
  ],
  /** URL USER DOCUMENT NAME: copies a document into a web folder (WebDAV) and back; URL ends in a slash. */
  folderRoundTrip: (url, user, document, name) => [
    ...bounded([...LAX_CURL, '-u', `${user}:${PASSWORD}`, '-T', `${DOCUMENTS}/${document}`, `${url}${name}`]),
    ...bounded([...LAX_CURL, '-u', `${user}:${PASSWORD}`, `${url}${name}`]),
  ],
  /** HOST PORT USER SECURITY DOCUMENT NAME: copies a document there and back; SECURITY is tls or plain. */
  ftpRoundTrip: (host, port, user, security, document, name) => [
    ...bounded([...ftp(user, security), '-T', `${DOCUMENTS}/${document}`, `ftp://${host}:${port}/${name}`]),
    ...bounded([...ftp(user, security), `ftp://${host}:${port}/${name}`]),
  ],
} satisfies ActionTable;
