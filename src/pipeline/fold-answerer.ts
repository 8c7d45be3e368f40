import { availableParallelism } from 'node:os';
import type { OneLayerOptimiser } from '../roles/index.js';
import { answerFold, type FoldAnswers, type FoldTask, type FoldTraining } from './fold-answers.js';
import { startFoldThreads, worthFoldThreads } from './fold-threads.js';

/** Who trains the folds of a cross-validation. */
export interface FoldAnswerer {
  /** Whether all folds may be asked for at once. */
  readonly atOnce: boolean;
  /** @param fold a number of its own for each fold that is asked for at once */
  answer(fold: number, task: FoldTask): Promise<FoldAnswers>;
  close(): void;
}

/**
 * Trains folds by a thread for each processor, or here where that is not worth it.
 * @param most folds that are asked for at once
 * @param optimise who takes the steps of the one-layer network, in this thread; our own code unless given
 */
export function foldAnswerer(
  training: FoldTraining,
  most: number,
  optimise?: OneLayerOptimiser,
): FoldAnswerer {
  const processors = Math.min(availableParallelism(), most);
  if (optimise === undefined && processors > 1 && worthFoldThreads(training)) {
    return { atOnce: true, ...startFoldThreads(training, processors) };
  }
  const means = { threads: processors, ...(optimise && { optimise }) };
  return { atOnce: false, answer: (_, task) => answerFold(training, task, means), close: () => {} };
}
