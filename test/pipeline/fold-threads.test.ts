import { describe, expect, it } from 'vitest';
import { answerFold } from '../../src/pipeline/fold-answers.js';
import { startFoldThreads, worthFoldThreads } from '../../src/pipeline/fold-threads.js';
import { classifierKinds, leaveGroupsOut } from '../../src/roles/index.js';
import { syntheticSet } from '../roles/synthetic.js';

const sessions = syntheticSet();
const sets = { sessions, windows: sessions, netColumns: 25, serviceColumns: 20 };
const places = Uint32Array.from(sessions.examples.keys());
const task = { trained: places.filter((i) => i % 4 > 0), tested: places.filter((i) => i % 4 === 0) };
const training = { sets, kinds: classifierKinds, seed: 4, priors: [1, 0.5, 1] };

describe('folds in threads', () => {
  it('give the answers of this thread, in whatever order they come', async () => {
    const other = { trained: task.tested, tested: task.trained };
    const here = [
      await answerFold(training, task, { threads: 1 }),
      await answerFold(training, other, { threads: 1 }),
    ];
    const threads = startFoldThreads(training, 2);
    try {
      const there = await Promise.all([other, task, other].map((each, fold) => threads.answer(fold, each)));
      expect([there[1], there[0], there[2]]).toEqual([here[0], here[1], here[1]]);
      expect([...there[0]!.keys()]).toEqual(classifierKinds);
      expect(there[0]!.get('ensemble')).toHaveLength(task.trained.length * 3);
    } finally {
      threads.close();
    }
  });

  it('tell what went wrong in them', async () => {
    const threads = startFoldThreads({ ...training, seed: -1 }, 1);
    try {
      await expect(threads.answer(0, task)).rejects.toMatchObject({ code: 'NML_CONFIG' });
    } finally {
      threads.close();
    }
  });

  it('are not started for a handful of vectors', () => {
    expect(worthFoldThreads(training)).toBe(false);
    const many = { ...sessions, rows: { ...sessions.rows, rowCount: 5000 } };
    expect(worthFoldThreads({ ...training, sets: { ...sets, sessions: many } })).toBe(true);
  });

  it('can be asked for all at once', async () => {
    const run = async (atOnce: boolean) => {
      let running = 0;
      let most = 0;
      const answer = async (_: Uint32Array, tested: Uint32Array, fold: number) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5 * (4 - fold)));
        running--;
        return new Float64Array(tested.length * 3).fill(fold + 1);
      };
      const done: number[] = [];
      const out = await leaveGroupsOut({
        set: sessions,
        folds: 4,
        atOnce,
        answer,
        onProgress: (n) => done.push(n),
      });
      return { most, done, ...out };
    };
    const [one, all] = [await run(false), await run(true)];
    expect([one.most, all.most]).toEqual([1, 4]);
    expect(all.done).toEqual([1, 2, 3, 4]);
    expect(all.probabilities).toEqual(one.probabilities);
    expect(all.probabilities[0]).toBe((all.folds[0] ?? 0) + 1);
  });
});
