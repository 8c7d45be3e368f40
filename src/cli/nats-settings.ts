/** Settings of the connection to NATS. */

import { NetworkmlError } from '../errors.js';
import type { NatsOptions } from '../service/index.js';
import { environmentName } from './options.js';
import type { Settings } from './settings.js';

/** Reads an address; a stand-in for the parser of the service, which is not loaded before it is needed. */
type HasCredentials = (servers: string) => boolean;

/**
 * The connection as it is set; undefined when no server is named.
 * @param waitSeconds for how long a server that is not there yet is waited for, unless it is set
 * @throws NetworkmlError NML_USAGE when secrets stand on the command line or in the settings file
 */
export function natsSettings(
  settings: Settings,
  hasCredentials: HasCredentials,
  waitSeconds = 0,
  environment: NodeJS.ProcessEnv = process.env,
): NatsOptions | undefined {
  const own = settings.text('nats');
  const servers = own ?? environment.NATS_URL;
  if (servers === undefined || servers === '') return undefined;
  if (own !== undefined && own !== environment[environmentName('nats')] && hasCredentials(own)) {
    throw new NetworkmlError(
      'NML_USAGE',
      '--nats holds credentials, which everybody on this machine can read',
      {
        hint: 'put them into NATS_URL, a file (--creds, --nkey, --password-file, --token-file) or the environment',
      },
    );
  }
  const optional = <K extends string>(key: K, value: string | undefined): { [name in K]?: string } =>
    (value === undefined ? {} : { [key]: value }) as { [name in K]?: string };
  return {
    servers,
    connectTimeoutMs: (settings.number('connect-timeout') ?? waitSeconds) * 1000,
    ...optional('user', settings.text('user')),
    ...optional('passwordFile', settings.text('password-file')),
    ...optional('tokenFile', settings.text('token-file')),
    ...optional('nkeyFile', settings.text('nkey')),
    ...optional('credsFile', settings.text('creds')),
    ...optional('tlsCa', settings.text('tls-ca')),
    ...optional('tlsCert', settings.text('tls-cert')),
    ...optional('tlsKey', settings.text('tls-key')),
    ...(settings.flag('insecure') ? { insecure: true } : {}),
  };
}
