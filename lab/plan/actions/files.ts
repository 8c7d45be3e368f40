import { PASSWORD } from '../catalog/types.js';
import { type ActionTable, type BoundedCommand, bounded, DOCUMENTS } from './command.js';

const smb = (server: string, user: string, command: string): BoundedCommand[] =>
  bounded(['smbclient', `//${server}/office`, '-U', `${user}%${PASSWORD}`, '-c', command]);

/** File servers: SMB, rsync, NFS. */
export const fileActions = {
  smbList: (server: string, user: string) => smb(server, user, 'ls'),
  smbGet: (server: string, user: string, document: string) =>
    smb(server, user, `get ${document} /tmp/${document}`),
  smbPut: (server: string, user: string, document: string, name: string) =>
    smb(server, user, `lcd ${DOCUMENTS}; put ${document} ${name}; ls ${name}`),
  rsyncPush: (host: string, document: string) =>
    bounded(['rsync', '-t', '--timeout=8', `${DOCUMENTS}/${document}`, `rsync://${host}/backup/`]),
  rsyncPull: (host: string, document: string) =>
    bounded(['rsync', '-t', '--timeout=8', `rsync://${host}/backup/${document}`, '/tmp/']),
  /** HOST VERSION. */
  nfsList: (host: string, version: string) => bounded(['nfs-ls', `nfs://${host}/nfs?version=${version}`]),
  nfsGet: (host: string, version: string, document: string) => [
    // The client refuses to replace a file.
    ...bounded(['rm', '-f', `/tmp/${document}`]),
    ...bounded(['nfs-cp', `nfs://${host}/nfs/${document}?version=${version}`, `/tmp/${document}`]),
  ],
  nfsPut: (host: string, version: string, document: string, name: string) =>
    bounded(['nfs-cp', `${DOCUMENTS}/${document}`, `nfs://${host}/nfs/${name}?version=${version}`]),
} satisfies ActionTable;
