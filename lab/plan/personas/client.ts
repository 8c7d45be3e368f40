import type { Offer, SiteDraw } from '../catalog/types.js';
import { logNormal, pick } from '../draw.js';
import type { Step } from '../types.js';

/** Somebody at a machine: what decides how a habit becomes an action. */
export interface Client {
  readonly site: SiteDraw;
  /** Name of the machine, without domain. */
  readonly name: string;
  readonly user: string;
  /** Has tickets of the site's realm and asks the domain's name server. */
  readonly joined: boolean;
  readonly browser: 'curl' | 'w3m' | 'chromium';
  /** Prints through a spooler of its own instead of straight to the printer. */
  readonly spooler: boolean;
  readonly mailbox: 'imap' | 'pop3';
}

/** An action with its words, not yet in time. */
export type Wish = readonly [Step['action'], ...string[]];

/** Something that people do, whoever they are. */
export interface Habit {
  /** Kinds of offer, any of which will do; without them the site needs to offer nothing. */
  readonly of?: readonly string[];
  /** Whether this offer, or this client, will do. */
  fits?(client: Client, offer: Offer): boolean;
  /** What the client's capture shows afterwards, as `tcp/443`; that of the offer when not given. */
  readonly sees?: string;
  readonly protocol?: 'tcp' | 'udp';
  draw(client: Client, offer: Offer): Wish;
}

const NOWHERE: Offer = { kind: '', host: '', address: '', port: 0, tls: false };

/** The offers that a habit of this client can use; one that stands for nowhere when it needs none. */
export function usable(client: Client, { of, fits }: Habit): Offer[] {
  const offers = of === undefined ? [NOWHERE] : client.site.offers.filter(({ kind }) => of.includes(kind));
  return fits === undefined ? offers : offers.filter((offer) => fits(client, offer));
}

export const document = ({ site }: Client): string => pick(site.random, site.documents);

/** A whole number around the median, log-normal. */
export const amount = ({ site }: Client, median: number, least: number, most: number, spread = 0.8): string =>
  String(Math.round(Math.min(most, Math.max(least, logNormal(site.random, median, spread)))));

/** By name or by address, as people configured it; certificates are not checked. */
export const server = ({ site }: Client, offer: Offer): string =>
  site.random.uniform() < 0.75 ? offer.host : offer.address;

export const url = (client: Client, offer: Offer, path = ''): string => {
  const usual = offer.port === (offer.tls ? 443 : 80);
  return `http${offer.tls ? 's' : ''}://${server(client, offer)}${usual ? '' : `:${offer.port}`}${path}`;
};

export const fresh = ({ site, name }: Client, ending: string): string =>
  `${name}-${site.random.below(100_000)}${ending}`;
