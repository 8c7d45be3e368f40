/**
 * Classes of services: what a port stands for, as coarse as a role needs it. A fixed table, the same on every machine;
 * ports from the IANA registry and from the documentation of the products named by the class.
 */

const table: Readonly<Record<string, string>> = {
  aaa: '49 1645 1812-1813',
  bacnet: '47808-47823',
  bldg: '1628-1629 1876 1911 3671 4059 4911',
  chat: '1863 5050 5190',
  coap: '5683-5684',
  db: '1433-1434 1521-1522 1526-1529 1583 1830 2483-2484 3050 3306 4100-4101 5432-5433 5984 6379 6432 7000 7687 8086 9042 9200 9300 11211 27017-27019 33060 50000',
  dhcp: '67-68 546-547',
  dir: '88 389 464 636 749-750 3268-3269',
  dns: '53',
  echo: '7 9 17 19',
  ftp: '20-21 989-990',
  git: '3690 9418 29418',
  iotv: '5540 6666-6668 9999-10001 20002 32100 32108 56700',
  llmnr: '5355',
  mbox: '109-110 143 220 993 995',
  mdns: '5353',
  mqtt: '1883 8883-8884',
  mta: '25 465 587 2525',
  nbns: '137-138',
  nfs: '548 873 2049 3260',
  ntp: '123',
  p2p: '4662 4672 6881-6889 51413',
  pki: '318 829 2560',
  plc: '102 502 789 1089-1091 1132 1217 1962 2221-2223 2455 4840 5007 9600 11740 18245-18246 20547 34962-34964 34980 41100 44818 48898-48899 55555',
  print: '515 631 9100-9102 9220 9280 9290',
  proxy: '1080 3128 9001 9050',
  rdp: '3389 5800 5900-5905 5938',
  rpc: '111 135 593',
  smb: '139 445',
  snmp: '161-162',
  ssdp: '1900',
  ssh: '22',
  stun: '3478-3481 5349 19302',
  syslog: '514 601 6514',
  tele: '2404-2405 10307 19998-20000',
  telnet: '23 992',
  tftp: '69',
  time: '13 37 319-320',
  tls: '443 4443 8443 9443',
  upnpev: '1400 2869 3400-3401 3500 5000 49152-49154',
  video: '322 554 1935 5004-5005 7070 8554',
  voip: '1720 2000 5060-5061',
  vpn: '500 1194 1701 1723 4500 51820',
  web: '80-81 3000 8000 8008 8080-8081 8090 8888',
  winrm: '5985-5986 47001',
  wsd: '3702',
  xmpp: '5222-5223 5228 5269',
};

/** What the classes are called in explanations. */
const titles: Readonly<Record<string, string>> = {
  aaa: 'RADIUS or TACACS',
  bacnet: 'BACnet',
  bldg: 'building automation',
  chat: 'chat',
  coap: 'CoAP',
  db: 'databases',
  dhcp: 'DHCP',
  dir: 'LDAP or Kerberos',
  dns: 'DNS',
  echo: 'echo and the like',
  ftp: 'FTP',
  git: 'version control',
  iotv: "makers' IoT protocols",
  llmnr: 'LLMNR',
  mbox: 'mailboxes',
  mdns: 'mDNS',
  mqtt: 'MQTT',
  mta: 'mail transfer',
  nbns: 'NetBIOS names',
  nfs: 'file systems',
  ntp: 'NTP',
  p2p: 'file sharing between peers',
  pki: 'certificates',
  plc: 'process control',
  print: 'printing',
  proxy: 'proxies',
  rdp: 'remote desktops',
  rpc: 'RPC',
  smb: 'SMB',
  snmp: 'SNMP',
  ssdp: 'SSDP',
  ssh: 'SSH',
  stun: 'STUN',
  syslog: 'syslog',
  tele: 'telecontrol',
  telnet: 'Telnet',
  tftp: 'TFTP',
  time: 'time',
  tls: 'HTTPS',
  upnpev: 'UPnP events',
  video: 'video',
  voip: 'telephony',
  vpn: 'VPN',
  web: 'HTTP',
  winrm: 'Windows remote management',
  wsd: 'web services discovery',
  xmpp: 'XMPP',
};

/** Classes of ports that the table does not have, by range. */
const ranges: readonly (readonly [id: string, title: string])[] = [
  ['low', 'other well-known ports'],
  ['reg', 'ports 1024 to 9999'],
  ['hireg', 'ports 10000 to 49151'],
  ['dyn', 'dynamic ports'],
];

/** All classes by id, the services of the table first, then the four ranges. */
export const serviceClasses: readonly string[] = [...Object.keys(table), ...ranges.map(([id]) => id)];

const LOW = serviceClasses.indexOf('low');
const REGISTERED = LOW + 1;
const HIGH_REGISTERED = LOW + 2;

/** Class of ports of no service: the dynamic range (RFC 6335, section 6). */
export const dynamicClass = LOW + 3;

/** Class of 49152 to 49154: event ports of UPnP stacks, but RPC of Windows hosts where port 135 is seen. */
export const upnpEventClass = serviceClasses.indexOf('upnpev');

const classByPort = makeTable();

function makeTable(): Uint8Array {
  const classes = new Uint8Array(65536).fill(dynamicClass);
  classes.fill(LOW, 0, 1024).fill(REGISTERED, 1024, 10000).fill(HIGH_REGISTERED, 10000, 49152);
  for (const [index, ports] of Object.values(table).entries()) {
    for (const range of ports.split(' ')) {
      const [first, last = first] = range.split('-').map(Number);
      classes.fill(index, first, (last as number) + 1);
    }
  }
  return classes;
}

/** Class of a port, as an index into `serviceClasses`. */
export function serviceClassOf(port: number): number {
  return classByPort[port] as number;
}

/** How likely a port is the server's: 3 in the table, 2 below 1024, 1 below 10000, else 0. */
export function serverLikelihood(port: number): number {
  return serviceClassOf(port) < LOW ? 3 : port < 1024 ? 2 : port < 10000 ? 1 : 0;
}

/** A class as people read it. */
export function serviceClassTitle(index: number): string {
  const id = serviceClasses[index] as string;
  return titles[id] ?? ranges[index - LOW]?.[1] ?? id;
}
