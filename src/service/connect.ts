/** The connection to NATS: where it leads, who we are, and what is said when it cannot be made. */

import { readFileSync } from 'node:fs';
import {
  type Authenticator,
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  errors,
  type NatsConnection,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { NetworkmlError, toNetworkmlError } from '../errors.js';

/** Where NATS is and who we are. Secrets are never in it, only the files and the environment that hold them. */
export interface NatsOptions {
  /** One or more addresses between commas: `nats://host:4222`, `tls://host`, `host:4222`. */
  readonly servers: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly nkeyFile?: string;
  readonly credsFile?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** Passwords and tokens may go over a plain connection to another machine. */
  readonly insecure?: boolean;
  /** Name of the connection, as the server shows it. */
  readonly name?: string;
  /** For how long a server that is not there yet is waited for at the start, milliseconds; without it one try is made. */
  readonly connectTimeoutMs?: number;
}

/** Environment that may hold secrets instead of files. */
const PASSWORD_VARIABLE = 'NETWORKML_NATS_PASSWORD';
const TOKEN_VARIABLE = 'NETWORKML_NATS_TOKEN';

const FIRST_ANSWER_MS = 5_000;
const LEAST_DELAY_MS = 100;
const MOST_DELAY_MS = 5_000;

interface Target {
  readonly servers: string[];
  readonly hosts: string[];
  readonly user?: string;
  readonly password?: string;
  readonly tls: boolean;
}

/**
 * Connects, and stays connected: after a break it tries again for ever, with growing, jittered pauses.
 * @throws NetworkmlError NML_NATS_CONNECT, NML_NATS_AUTH, NML_NATS_TLS, NML_CONFIG
 */
export async function connectNats(
  options: NatsOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<NatsConnection> {
  const target = targetOf(options.servers);
  const { authenticator, plain } = credentials(options, target, environment);
  const tls = tlsOf(options, target, plain);
  const delay = backOff();
  const settings: ConnectionOptions = {
    servers: target.servers,
    name: options.name ?? 'networkml',
    timeout: FIRST_ANSWER_MS,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: delay.next,
    // A server that restarts may refuse us for a moment: its accounts are loaded after its port is open.
    ignoreAuthErrorAbort: true,
    pingInterval: 20_000,
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(tls === undefined ? {} : { tls }),
  };
  try {
    const connection = await connect(settings);
    void resetOnReconnect(connection, delay.reset);
    return connection;
  } catch (cause) {
    throw connectionError(cause, target.hosts.join(', '), tls !== undefined);
  }
}

async function resetOnReconnect(connection: NatsConnection, reset: () => void): Promise<void> {
  for await (const status of connection.status()) if (status.type === 'reconnect') reset();
}

/** Pauses that double up to a limit; half of each is chance, so that a fleet does not come back all at once. */
export function backOff(): { next: () => number; reset: () => void } {
  let tries = 0;
  return {
    next: () => {
      const full = Math.min(MOST_DELAY_MS, LEAST_DELAY_MS * 2 ** tries);
      tries = Math.min(tries + 1, 16);
      return full / 2 + chance() * (full / 2);
    },
    reset: () => {
      tries = 0;
    },
  };
}

/** Chance for pauses, in no result ever: 0 to 1 from the clock's finest digits and the process id. */
function chance(): number {
  const mixed = Math.imul(Number(process.hrtime.bigint() & 0xffffffffn) ^ (process.pid << 7), 0x9e3779b1);
  return (mixed >>> 0) / 2 ** 32;
}

function targetOf(servers: string): Target {
  const urls = servers.split(',').map((text) => parseServer(text.trim()));
  const withUser = urls.find(({ username }) => username !== '');
  return {
    servers: urls.map((url) => `${bare(url.hostname)}:${url.port === '' ? '4222' : url.port}`),
    hosts: urls.map((url) => url.host),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
    ...(withUser === undefined ? {} : { user: decodeURIComponent(withUser.username) }),
    ...(withUser === undefined ? {} : { password: decodeURIComponent(withUser.password) }),
  };
}

function bare(hostname: string): string {
  return hostname;
}

function parseServer(text: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    if ((url.protocol === 'nats:' || url.protocol === 'tls:') && url.hostname !== '') return url;
  } catch {
    // The text itself may hold a password: it is not repeated.
  }
  throw new NetworkmlError(
    'NML_CONFIG',
    'the address of the NATS server is not of the form nats://host:port',
  );
}

/** Whether an address holds a user or a password. */
export function hasCredentials(servers: string): boolean {
  const { user, password } = targetOf(servers);
  return user !== undefined || (password !== undefined && password !== '');
}

function secretFrom(file: string | undefined): string | undefined {
  return file === undefined ? undefined : read(file).trim();
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new NetworkmlError('NML_CONFIG', 'the file with the credentials cannot be read', { file, cause });
  }
}

/** The same, once it has signed something: otherwise a broken file would look like a server that does not answer. */
function usable(authenticator: Authenticator, file: string): Authenticator {
  try {
    authenticator('nonce');
    return authenticator;
  } catch {
    // What the client says about the file could hold a part of it.
    throw new NetworkmlError('NML_CONFIG', 'the file holds no credentials that can be used', { file });
  }
}

/** Who we are; `plain` when the secret itself would go over the wire. */
function credentials(
  options: NatsOptions,
  target: Target,
  environment: NodeJS.ProcessEnv,
): { authenticator?: Authenticator; plain: boolean } {
  const { credsFile, nkeyFile } = options;
  if (credsFile !== undefined) {
    const bytes = new TextEncoder().encode(read(credsFile));
    return { authenticator: usable(credsAuthenticator(bytes), credsFile), plain: false };
  }
  if (nkeyFile !== undefined) {
    const bytes = new TextEncoder().encode(read(nkeyFile).trim());
    return { authenticator: usable(nkeyAuthenticator(bytes), nkeyFile), plain: false };
  }
  const token = secretFrom(options.tokenFile) ?? environment[TOKEN_VARIABLE];
  if (token !== undefined && token !== '') return { authenticator: tokenAuthenticator(token), plain: true };
  const user = options.user ?? target.user;
  const password = secretFrom(options.passwordFile) ?? environment[PASSWORD_VARIABLE] ?? target.password;
  if (user !== undefined) {
    // An address of the form nats://token@host names no user.
    const lone = options.user === undefined && (password === undefined || password === '');
    const authenticator = lone ? tokenAuthenticator(user) : usernamePasswordAuthenticator(user, password);
    return { authenticator, plain: true };
  }
  return { plain: false };
}

/** TLS is demanded where it was asked for, and where a secret would otherwise cross a network in the open. */
function tlsOf(options: NatsOptions, target: Target, plain: boolean): ConnectionOptions['tls'] | undefined {
  const { tlsCa, tlsCert, tlsKey, insecure } = options;
  const files = {
    ...(tlsCa === undefined ? {} : { caFile: tlsCa }),
    ...(tlsCert === undefined ? {} : { certFile: tlsCert }),
    ...(tlsKey === undefined ? {} : { keyFile: tlsKey }),
  };
  for (const file of Object.values(files)) read(file);
  const elsewhere = plain && insecure !== true && !target.hosts.every(isLoopback);
  return target.tls || elsewhere || Object.keys(files).length > 0 ? files : undefined;
}

/** Whether `host` or `host:port` is this machine. */
export function isLoopback(host: string): boolean {
  const bracket = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : undefined;
  // Without brackets an IPv6 address has no port behind it.
  const name = bracket ?? (/:.*:/.test(host) ? host : host.replace(/:\d+$/, ''));
  return name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

/**
 * What went wrong with the connection, as a coded error. The messages of the client hold no secrets.
 * @param encrypted whether TLS was to be used
 */
export function connectionError(cause: unknown, hosts: string, encrypted = false): NetworkmlError {
  if (cause instanceof NetworkmlError) return cause;
  const chain = causes(cause);
  const said = (chain.at(-1) ?? toNetworkmlError(cause)).message || 'no answer';
  const message = `${hosts}: ${said}`;
  const is = (...kinds: (new (...args: never[]) => Error)[]): boolean =>
    chain.some((error) => kinds.some((kind) => error instanceof kind));
  if (is(errors.AuthorizationError, errors.UserAuthenticationExpiredError, errors.PermissionViolationError)) {
    return new NetworkmlError('NML_NATS_AUTH', message, { cause });
  }
  if (encrypted && is(errors.TimeoutError)) {
    // In TLS 1.3 a server refuses a missing certificate after our side of the handshake is over: it just hangs up.
    const hint = 'does the server want a certificate? give one with --tls-cert and --tls-key';
    return new NetworkmlError('NML_NATS_TLS', message, { cause, hint });
  }
  const tls = chain.some(
    (error) =>
      /certificate|self.signed|tls|ssl|altname/i.test(error.message) ||
      ('code' in error &&
        /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(String(error.code))),
  );
  return new NetworkmlError(tls ? 'NML_NATS_TLS' : 'NML_NATS_CONNECT', message, { cause });
}

function causes(thrown: unknown): Error[] {
  const list: Error[] = [];
  for (let error = thrown; error instanceof Error && list.length < 8; error = error.cause) list.push(error);
  return list;
}
