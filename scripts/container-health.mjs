#!/usr/bin/env node
/** HEALTHCHECK of the container: 0 when the service answers /livez on the address of NETWORKML_HTTP, else 1. */

const [, host = '', port = '8321'] = /^(.*):(\d+)$/.exec(process.env.NETWORKML_HTTP ?? '') ?? [];
const everywhere = host === '' || host === '0.0.0.0' || host === '[::]' || host === '*';
try {
  const answer = await fetch(`http://${everywhere ? '127.0.0.1' : host}:${port}/livez`, {
    signal: AbortSignal.timeout(4000),
  });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
