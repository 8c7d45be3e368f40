import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real server of our own: it can be killed, and started again with the same data on the same port. */
export interface NatsServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  start(): Promise<void>;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** Kills it and removes its data. */
  remove(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server with JetStream.
 * @param configuration more of its configuration; `FOLDER` in it is the folder of its data
 */
export async function startNatsServer(configuration = ''): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'networkml-nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}/data" }\n${configuration.replaceAll('FOLDER', folder)}\n`,
  );
  let child: ChildProcess | undefined;
  const server: NatsServer = {
    port,
    url: `nats://127.0.0.1:${port}`,
    folder,
    start: () =>
      new Promise((resolve, reject) => {
        const started = spawn('nats-server', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
        child = started;
        let said = '';
        started.stderr.on('data', (chunk: Buffer) => {
          if (said.length < 100_000) said += chunk.toString();
          if (said.includes('Server is ready')) resolve();
        });
        started.once('error', () => {
          reject(new Error('there is no nats-server: run scripts/test-setup.sh as root, or install it'));
        });
        started.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${said}`)));
      }),
    kill: () =>
      new Promise((resolve) => {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
    remove: async () => {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return server;
}
