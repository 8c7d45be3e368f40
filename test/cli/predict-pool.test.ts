import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/cli/predict-input.js';
import { predictWithPool } from '../../src/cli/predict-pool.js';
import { desktop, printer, root } from './run-cli.js';

async function all(paths: string[], jobs: number, bundle: string, settings = {}): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const answer of predictWithPool(paths, jobs, { bundle, settings }, () => {}))
    answers.push(answer);
  return answers;
}

describe('a pool of threads', () => {
  const bundle = join(root, 'models/default');

  it.each([1, 2, 5])('of %i answers in the order of the captures', async (jobs) => {
    const paths = [printer, '/nowhere.pcap', desktop, printer];
    const files = (await all(paths, jobs, bundle)).map(({ outcome }) => outcome.capture.file);
    expect(files).toEqual(paths);
  });

  it('loses one capture for each thread that dies', async () => {
    // The thread cannot load its bundle, which the main thread has done before it starts any.
    const answers = await all([printer, desktop, printer], 2, '/nowhere');
    expect(answers.map(({ outcome }) => outcome)).toEqual(
      [printer, desktop, printer].map((file) =>
        expect.objectContaining({
          capture: { file },
          error: expect.objectContaining({ code: 'NML_INTERNAL' }),
        }),
      ),
    );
  });

  it('ends the run for what every capture would fail with', async () => {
    await expect(all([printer, desktop], 2, bundle, { role: 'Toaster' })).rejects.toMatchObject({
      name: 'NetworkmlError',
      code: 'NML_MODEL_ROLE',
    });
  });
});
