/** `capture --nats`: the windows of a real interface, answered by a service over a real NATS server. */

import { execFileSync } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/service/index.js';
import { networkml, recordsIn } from '../cli/run-cli.js';
import { expectSchema } from '../cli/schema.js';
import { type NatsServer, startNatsServer } from '../service/support/nats-server.js';
import { type Client, openClient, startService } from '../service/support/service.js';
import { FAR_MAC, namespaceProblem, sendPackets, startCapture, type VethPair, vethPair } from './veth.js';

const OUR_ADDRESS = '10.231.9.1';

/** A link from this machine into the namespace of the capture, which cannot reach our loopback. */
function linkTo({ nearSpace }: VethPair): void {
  const ip = (...words: string[]): void => void execFileSync('ip', words, { stdio: 'ignore' });
  const name = `nmls${process.pid}`;
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'nmlsvc', 'netns', nearSpace);
  ip('addr', 'add', `${OUR_ADDRESS}/30`, 'dev', name);
  ip('link', 'set', name, 'up');
  ip('-n', nearSpace, 'addr', 'add', '10.231.9.2/30', 'dev', 'nmlsvc');
  ip('-n', nearSpace, 'link', 'set', 'nmlsvc', 'up');
}

/** Passes connections over that link on to the server; one that is gone hangs up. */
async function relayTo(nats: NatsServer): Promise<{ url: string; close(): void }> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(nats.port, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, OUR_ADDRESS, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `nats://${OUR_ADDRESS}:${port}`,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

interface End {
  readonly windows: number;
  readonly evictedWindows: number;
  readonly service: { answered: number; unanswered: number; lost: number };
}

const endOf = (stdout: string): End => recordsIn(stdout).at(-1) as unknown as End;
const ofSchema = (stdout: string, schema: string): Record<string, unknown>[] =>
  recordsIn(stdout).filter((record) => record.schema === schema);

if (namespaceProblem() === undefined) {
  describe('windows for the service', () => {
    let pair: VethPair;
    let nats: NatsServer;
    let service: Service;
    let client: Client;
    let relay: Awaited<ReturnType<typeof relayTo>>;

    beforeAll(async () => {
      pair = vethPair();
      linkTo(pair);
      nats = await startNatsServer();
      relay = await relayTo(nats);
      service = await startService({ nats: { servers: nats.url } });
      client = await openClient(nats);
    });

    afterAll(async () => {
      await client?.connection.close();
      await service?.stop(2_000);
      relay?.close();
      await nats?.remove();
      pair?.remove();
    });

    /** Packets in several windows of a second or two. */
    const traffic = async (bursts: number): Promise<void> => {
      for (let i = 0; i < bursts; i++) {
        sendPackets(pair, 20, 1, 20);
        await delay(700);
      }
    };

    it('each capture is a job, and its result is printed as it is published', async () => {
      const run = await startCapture(pair, ['--nats', relay.url, '--window', '1']);
      await traffic(4);
      run.child.kill('SIGTERM');
      expect([await run.end, run.stderr()]).toEqual([0, expect.stringMatching(/^capturing on nml0.*\n$/)]);
      const end = endOf(run.stdout());
      expectSchema('live-v1', end);
      const predictions = ofSchema(run.stdout(), 'networkml/prediction/v1');
      expect(predictions.length).toBeGreaterThanOrEqual(2);
      expect(predictions).toHaveLength(end.windows);
      expect(end.service).toEqual({ answered: end.windows, unanswered: 0, lost: 0 });
      for (const record of predictions) {
        expectSchema('prediction-v1', record);
        expect(record).toMatchObject({ device: { mac: FAR_MAC, chosenBy: 'option' } });
      }
      const published = await client.stored('NETWORKML_RESULTS', 'networkml.results.*');
      expect(published).toEqual(predictions);
      expect((await client.device(FAR_MAC.replaceAll(':', '-')))?.captures).toBe(predictions.length);
      expect(await (await client.captures()).list()).toEqual([]);
    });

    it('with --predict what is printed is computed here, and the service has the captures too', async () => {
      const before = (await client.stored('NETWORKML_RESULTS', 'networkml.results.*')).length;
      const run = await startCapture(pair, ['--predict', '--nats', relay.url]);
      await traffic(1);
      run.child.kill('SIGINT');
      expect(await run.end).toBe(0);
      const [record] = ofSchema(run.stdout(), 'networkml/prediction/v1');
      const published = await client.stored('NETWORKML_RESULTS', 'networkml.results.*');
      expect(published).toHaveLength(before + 1);
      const { history, ...sent } = published.at(-1) as { history: unknown };
      expect([record, history]).toEqual([sent, expect.anything()]);
      expect(endOf(run.stdout()).service).toEqual({ answered: 1, unanswered: 0, lost: 0 });
    });

    it('a server that is away for some windows costs none of them', async () => {
      const run = await startCapture(pair, ['--nats', relay.url, '--window', '3', '--timeout', '30']);
      await traffic(1);
      await nats.kill();
      await traffic(6);
      // Windows have ended meanwhile, and nobody could answer them.
      expect(run.stdout()).toBe('');
      await nats.start();
      await traffic(1);
      run.child.kill('SIGTERM');
      expect(await run.end).toBe(0);
      const end = endOf(run.stdout());
      expect(end.windows).toBeGreaterThanOrEqual(2);
      expect(end).toMatchObject({
        evictedWindows: 0,
        service: { answered: end.windows, unanswered: 0, lost: 0 },
      });
      const packets = ofSchema(run.stdout(), 'networkml/window/v1').map((window) => window.packets as number);
      expect(packets.reduce((sum, count) => sum + count, 0)).toBe(160);
      expect(ofSchema(run.stdout(), 'networkml/prediction/v1')).toHaveLength(end.windows);
    }, 60_000);

    it('what has no worker in time is unanswered, what no server takes is lost: both are counted', async () => {
      await service.stop(2_000);
      const run = await startCapture(pair, ['--nats', relay.url, '--window', '1', '--timeout', '1']);
      await traffic(1);
      await delay(4_000);
      await nats.kill();
      await traffic(1);
      await delay(3_000);
      run.child.kill('SIGTERM');
      expect(await run.end).toBe(5);
      const end = endOf(run.stdout());
      expect(end.service).toEqual({ answered: 0, unanswered: 1, lost: 1 });
      const errors = ofSchema(run.stdout(), 'networkml/error/v1');
      expect(errors).toHaveLength(2);
      for (const error of errors) expectSchema('error-v1', error);
      expect(run.stderr().split('\n')).toHaveLength(4);
    }, 60_000);
  });
}

it('a server that cannot be reached ends it before anything is captured', async () => {
  const { code, stdout, stderr } = await networkml(['capture', '-i', 'lo', '--nats', 'nats://127.0.0.1:9']);
  expect([code, stdout, stderr]).toEqual([6, '', expect.stringContaining('[NML_NATS_CONNECT]')]);
  const other = await networkml(['capture', '-i', 'lo'], { env: { NATS_URL: 'nats://127.0.0.1:9' } });
  expect([other.code, other.stderr]).toEqual([6, expect.stringContaining('[NML_NATS_CONNECT]')]);
});
