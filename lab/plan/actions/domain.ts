import { PASSWORD } from '../catalog/types.js';
import { script } from './client-command.js';
import { type ActionTable, bounded, shell } from './command.js';

const GSSAPI = ['env', 'LDAPSASL_NOCANON=on', 'ldapsearch', '-Q', '-Y', 'GSSAPI', '-o', 'nettimeout=5'];
const SIMPLE = ['env', 'LDAPTLS_REQCERT=never', 'ldapsearch', '-x', '-o', 'nettimeout=5'];

/** What members of a domain, and others who know a name and a password, ask a directory. */
export const domainActions = {
  /** USER: a ticket for the realm of krb5.conf; every session begins with it. */
  domainLogon: (user) => shell('printf "%s\\n" "$2" | kinit "$1" > /dev/null', [user, PASSWORD]),
  /** URL BASE USER: finds oneself with the ticket. */
  directoryTicket: (url, base, user) =>
    bounded([...GSSAPI, '-H', url, '-b', base, `(sAMAccountName=${user})`, 'mail']),
  /** URL NAME BASE FILTER: a simple bind; NAME as the directory wants it. */
  directoryBind: (url, name, base, filter) =>
    bounded([...SIMPLE, '-H', url, '-D', name, '-w', PASSWORD, '-b', base, filter]),
  /** URL NAME BASE FILTER: the same after StartTLS. */
  directoryStartTls: (url, name, base, filter) =>
    bounded([...SIMPLE, '-ZZ', '-H', url, '-D', name, '-w', PASSWORD, '-b', base, filter]),
  /** HOST DOMAIN: group policies, with the ticket. */
  domainPolicies: (host, domain) =>
    bounded([
      'smbclient',
      `//${host}/sysvol`,
      '--use-kerberos=required',
      '-c',
      `cd ${domain}/Policies; recurse; ls`,
    ]),
  /** HOST: a datagram to the directory (CLDAP), as clients choose their controller. */
  domainPing: (host) => bounded(['net', 'ads', 'lookup', '-S', host], 6),
  /** HOST USER: names over RPC. */
  domainUsers: (host, user) =>
    bounded(['rpcclient', host, '-U', `${user}%${PASSWORD}`, '-c', 'enumdomusers;enumdomgroups']),
  /** HOST USER: what shares and sessions a server has, over RPC. */
  serverShares: (host, user) =>
    bounded([
      // A member would ask its domain for a ticket first, and give up where the server belongs to none.
      ...['rpcclient', host, ...(user.includes('\\') ? [] : ['--use-kerberos=off'])],
      ...['-U', `${user}%${PASSWORD}`, '-c', 'srvinfo;netshareenum'],
    ]),
  /** DOMAIN: how clients find their controllers. */
  domainServers: (domain) =>
    bounded(
      [
        'dig',
        '+time=2',
        '+tries=1',
        `_ldap._tcp.dc._msdcs.${domain}`,
        'SRV',
        `_kerberos._udp.${domain}`,
        'SRV',
      ],
      6,
    ),
  /** USER: changes the password over kpasswd to what it was, which a domain's rules may refuse (exit code 2). */
  domainPassword: (user) =>
    shell('printf "%s\\n" "$2" "$2" "$2" | kpasswd "$1" > /dev/null; [ $? -le 2 ]', [user, PASSWORD]),
  /** DOMAIN USER: a controller changes an entry of its own directory. */
  directoryChange: (domain, user) =>
    shell(
      'printf "dn: CN=%s,CN=Users,DC=%s\\nchangetype: modify\\nreplace: description\\ndescription: %s\\n" "$1" "$2" "$RANDOM" |' +
        ' LDAPTLS_REQCERT=never ldapmodify -x -o nettimeout=5 -H ldaps://127.0.0.1 -D "Administrator@$3" -w Office-Admin1',
      [user, domain.replaceAll('.', ',DC='), domain],
    ),
  /** WHAT ADDRESS NAME REALM USER: what members ask of a Kerberos realm that is no Active Directory. */
  realm: (what, address, name, realm, user) => script('do-realm', [what, address, name, realm, user], 12),
} satisfies ActionTable;
