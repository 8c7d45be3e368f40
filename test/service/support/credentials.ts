/** Credentials of all sorts, made anew for each test that wants them: keys, JWTs, certificates. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, createOperator, createUser, type KeyPair } from '@nats-io/nkeys';

/** The seed of a key pair: what its owner keeps secret. */
export function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed());
}

/** A JWT as the tools of NATS make it (ADR-14 of the NATS architecture documents). */
function jwt(issuer: KeyPair, subject: string, name: string, nats: object, more: object = {}): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    jti: name,
    iat: 1_700_000_000,
    iss: issuer.getPublicKey(),
    name,
    sub: subject,
    nats: { version: 2, ...nats },
    ...more,
  };
  const body = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${body}.${Buffer.from(issuer.sign(new TextEncoder().encode(body))).toString('base64url')}`;
}

/** An operator with one account: the configuration of a server that trusts it, and credentials files of its users. */
export interface Operator {
  readonly configuration: string;
  /** @param expires seconds since the epoch */
  credentials(user: KeyPair, expires?: number): string;
}

export function makeOperator(): Operator {
  const [operator, account, system] = [createOperator(), createAccount(), createAccount()];
  const unlimited = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  };
  const limits = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1, ...unlimited };
  const ofAccount = jwt(operator, account.getPublicKey(), 'account', { type: 'account', limits });
  const ofSystem = jwt(operator, system.getPublicKey(), 'system', { type: 'account', limits: unlimited });
  const ofOperator = jwt(operator, operator.getPublicKey(), 'operator', { type: 'operator' });
  const accounts = `${account.getPublicKey()}: ${ofAccount}, ${system.getPublicKey()}: ${ofSystem}`;
  const claims = { type: 'user', pub: {}, sub: {}, subs: -1, data: -1, payload: -1 };
  return {
    configuration: `operator: ${ofOperator}\nresolver: MEMORY\nsystem_account: ${system.getPublicKey()}\nresolver_preload: { ${accounts} }`,
    credentials: (user, expires) => {
      const more = expires === undefined ? {} : { exp: expires };
      const token = jwt(account, user.getPublicKey(), 'user', claims, more);
      return `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seedOf(user)}\n------END USER NKEY SEED------\n`;
    },
  };
}

export { createUser };

/** Makes certificates in a folder: NAME.pem and NAME.key. */
export function certificates(folder: string): {
  authority(name: string): void;
  /** @param days how long it is valid; -1 for one that expired yesterday */
  issue(name: string, by: string, days?: number): void;
} {
  const openssl = (...words: string[]): void => {
    execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = (name: string, request: string): string[] => ['-keyout', `${name}.key`, '-out', request];
  return {
    authority: (name) =>
      openssl('req', '-x509', ...key, '-days', '2', '-subj', `/CN=${name}`, ...files(name, `${name}.pem`)),
    issue: (name, by, days = 2) => {
      writeFileSync(join(folder, `${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
      openssl('req', '-new', ...key, '-subj', `/CN=${name}`, ...files(name, `${name}.csr`));
      const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', String(days)];
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...signed,
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.pem`,
      );
    },
  };
}
