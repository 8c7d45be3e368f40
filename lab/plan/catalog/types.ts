import type { Random } from '../../../src/math/index.js';
import type { HostPlan, Segment } from '../types.js';

export type { HostPlan, Segment } from '../types.js';

/** Password of every user and administrator of a site; a fixed lab word. */
export const PASSWORD = 'office-Word1';

/** A service that clients can use. */
export interface Offer {
  /**
   * The word that habits and scripts ask for: smb, nfs, rsync, ftp, kerberos, ldap, ldaps, dns-ad, imap, imaps, pop3s,
   * smtp, submission, owa, git-ssh, git-http, git-daemon, wiki, ocsp, crl, acme, cmp, ipp, lpd, jetdirect, snmp, ssh,
   * syslog, rdp, vnc, prometheus, exporter, registry, packages, apt, jupyter, postgres, ...
   */
  readonly kind: string;
  /** Name with domain, as clients use it; the router's name server knows `HOST.domain` of every host by itself. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** What a client has to know beyond that: a share, a path, a base DN, a user. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** What one drawn site offers to whoever plans a host: names, addresses, the domain, and the services so far. */
export interface SiteDraw {
  /** Seeded for the host that is being planned: draws of one host do not move those of another. */
  readonly random: Random;
  readonly seed: number;
  /** Length of the office work. */
  readonly minutes: number;
  /** DNS domain of the site, for example `corp.lab`. */
  readonly domain: string;
  /** Domain of the directory, `ad.corp.lab`; the router sends questions about it to the first `dns-ad` offer. */
  readonly adDomain: string;
  /** Kerberos realm of the directory, `AD.CORP.LAB`. */
  readonly realm: string;
  /** NetBIOS name of the directory's domain, `CORP`. */
  readonly workgroup: string;
  /** Office users, password `PASSWORD`; whoever has accounts (directory, mail, shares) knows all of them. */
  readonly users: readonly string[];
  /** Names of the outside's web sites (HTTPS with a certificate of the site's authority). */
  readonly webNames: readonly string[];
  /** Texts of 1 to 40 kB in /lab/documents of every host. */
  readonly documents: readonly string[];
  readonly ipv6: boolean;
  /** The next free host number of a segment. Seats come with one; this is for second addresses. */
  number(segment: Segment): number;
  /** Filled as servers are planned, in the order of `serverRoles`, before workstations. */
  readonly offers: Offer[];
  /** The hosts planned so far. */
  readonly hosts: readonly HostPlan[];
}

/** The place in the network that a host is planned for. */
export interface HostSeat {
  /** Without domain; unique in the site. */
  readonly name: string;
  readonly segment: Segment;
  readonly number: number;
  readonly mac: string;
  /** Fixed in `srv`; reserved by DHCP in `wks` and `prn`. */
  readonly address: string;
  /** Null in sites without IPv6 and where the address comes from router advertisements. */
  readonly address6: string | null;
}

/** One way of standing for a role. */
export interface Implementation {
  /** Identifier as in capture names; null for hosts that every site has once and nobody captures. */
  readonly role: string | null;
  /** Unique; lower-case words joined by `-`. Folds leave whole implementations out by this name. */
  readonly name: string;
  /** Vendor prefixes of its MAC address (`00:11:32`); those of the segment otherwise. */
  readonly prefixes?: readonly string[];
  /** Packages that exclude those of the machine: name of a layer (lab/layers/NAME lists them). */
  readonly layer?: string;
  /** Commands that have to be on the machine (or in the layer); without them the implementation is not drawn. */
  readonly commands?: readonly string[];
  /** Relative chance among the implementations of the role; 1 unless told. */
  readonly weight?: number;
  /** Whether it can be drawn given what is planned; for a second controller, say, that needs a first. */
  fits?(site: SiteDraw): boolean;
  /** Plans the host and pushes what it offers into `site.offers`. Make the plan with `hostPlan` of host.ts. */
  plan(site: SiteDraw, seat: HostSeat): HostPlan;
  /** Called when all servers are planned: for steps that use servers planned later. */
  later?(site: SiteDraw, host: HostPlan): HostPlan;
}
