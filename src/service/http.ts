/** `/livez`, `/readyz` and `/metrics` for orchestration. Nothing can be sent to this server. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NetworkmlError } from '../errors.js';

/** What the pages say. */
export interface HttpPages {
  /** Undefined when jobs are being taken; else why not. */
  notReady(): string | undefined;
  metrics(): string;
}

/** Slow or silent clients are cut off. */
const REQUEST_MS = 5_000;

/**
 * Listens.
 * @param address `host:port`; port 0 takes a free one
 * @returns the server, and where it listens
 * @throws NetworkmlError NML_CONFIG
 */
export async function startHttp(
  address: string,
  pages: HttpPages,
): Promise<{ server: Server; address: string }> {
  const { host, port } = parseAddress(address);
  const server = createServer((request, response) => {
    const [status, type, body] = answer(request.method, request.url, pages);
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? '' : body);
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS;
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new NetworkmlError('NML_CONFIG', `--http ${address}: ${cause.message}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  const bound = server.address() as AddressInfo;
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return { server, address: `${shown}:${bound.port}` };
}

const TEXT = 'text/plain; charset=utf-8';

function answer(
  method: string | undefined,
  url: string | undefined,
  pages: HttpPages,
): [status: number, type: string, body: string] {
  if (method !== 'GET' && method !== 'HEAD') return [405, TEXT, 'only GET\n'];
  switch (url?.split('?')[0]) {
    case '/livez':
      return [200, TEXT, 'ok\n'];
    case '/readyz': {
      const problem = pages.notReady();
      return problem === undefined ? [200, TEXT, 'ok\n'] : [503, TEXT, `${problem}\n`];
    }
    case '/metrics':
      return [200, 'text/plain; version=0.0.4; charset=utf-8', pages.metrics()];
    default:
      return [404, TEXT, 'no such page\n'];
  }
}

function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new NetworkmlError('NML_CONFIG', `--http: ${JSON.stringify(text)} is not host:port`);
  }
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}
