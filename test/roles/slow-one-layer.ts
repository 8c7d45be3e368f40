import { createRandom, usedColumns } from '../../src/math/index.js';
import type { OneLayerModel, RoleTrainingSet } from '../../src/roles/index.js';
import { denseRow } from './synthetic.js';

type Matrix = number[][];

const zeros = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

export function slowSoftmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Probabilities of one dense row, straight from the formula. */
export function slowProbabilities(model: OneLayerModel, dense: readonly number[]): number[] {
  const roleCount = model.roles.length;
  const activations = Array.from(model.b1, (bias, j) => {
    let sum = bias;
    model.columns.forEach((column, i) => {
      sum += dense[column] * model.w1[i * model.hidden + j];
    });
    return Math.max(0, sum);
  });
  return slowSoftmax(
    Array.from(model.b2, (bias, k) =>
      activations.reduce((sum, a, j) => sum + a * model.w2[j * roleCount + k], bias),
    ),
  );
}

/** Every session a row of its own: dense vector, role, weight. */
export interface SlowSession {
  x: number[];
  label: number;
  weight: number;
}

/** Weight of a capture shared over its sessions, balanced by device or not; weights sum to 1. */
export function slowSessions(
  set: RoleTrainingSet,
  chosen: readonly number[],
  balanced: boolean,
): SlowSession[] {
  const examples = chosen.map((index) => set.examples[index]);
  const sessions = examples.flatMap((example) => {
    const ofRole = examples.filter((other) => other.label === example.label);
    const devices = new Set(ofRole.map((other) => other.device)).size;
    const captures = ofRole.filter((other) => other.device === example.device).length;
    const weight = balanced ? 1 / (devices * captures) : 1;
    const all = Array.from(example.rows).flatMap((row, i) => new Array<number>(example.counts[i]).fill(row));
    return all.map((row) => ({
      x: denseRow(set.rows, row),
      label: example.label,
      weight: weight / all.length,
    }));
  });
  const total = sessions.reduce((sum, session) => sum + session.weight, 0);
  return sessions.map((session) => ({ ...session, weight: session.weight / total }));
}

/** The same training on single sessions and full matrices. */
export function slowTraining(
  set: RoleTrainingSet,
  chosen: readonly number[],
  options: {
    seed: number;
    hidden: number;
    epochs: number;
    learningRate: number;
    l2: number;
    balanced: boolean;
  },
) {
  const { seed, hidden, epochs, learningRate, l2 } = options;
  const sessions = slowSessions(set, chosen, options.balanced);
  const distinct = [...new Set(chosen.flatMap((index) => Array.from(set.examples[index].rows)))];
  const columns = Array.from(usedColumns(set.rows, distinct));
  const entries = distinct.map((row) => denseRow(set.rows, row).filter((value) => value !== 0).length);
  const entriesPerRow = entries.reduce((a, b) => a + b, 0) / distinct.length;
  const random = createRandom(seed);
  const draw = (scale: number) => scale * random.normal();
  const roleCount = set.roles.length;
  const matrices = [
    columns.map(() => Array.from({ length: hidden }, () => draw(Math.sqrt(2 / Math.max(8, entriesPerRow))))),
    Array.from({ length: hidden }, () =>
      Array.from({ length: roleCount }, () => draw(Math.sqrt(1 / hidden))),
    ),
    zeros(1, hidden),
    zeros(1, roleCount),
  ] as [Matrix, Matrix, Matrix, Matrix];
  const first = matrices.map((m) => zeros(m.length, m[0].length));
  const second = matrices.map((m) => zeros(m.length, m[0].length));
  const losses: number[] = [];
  for (let t = 1; t <= epochs; t++) {
    const { gradients, loss } = slowGradients(matrices, sessions, columns, l2);
    losses.push(loss);
    matrices.forEach((matrix, which) => {
      matrix.forEach((row, i) => {
        row.forEach((_, j) => {
          const g = gradients[which][i][j];
          first[which][i][j] = 0.9 * first[which][i][j] + 0.1 * g;
          second[which][i][j] = 0.999 * second[which][i][j] + 0.001 * g * g;
          const m = first[which][i][j] / (1 - 0.9 ** t);
          const v = second[which][i][j] / (1 - 0.999 ** t);
          row[j] -= (learningRate * m) / (Math.sqrt(v) + 1e-8);
        });
      });
    });
  }
  return { columns, w1: matrices[0], w2: matrices[1], b1: matrices[2][0], b2: matrices[3][0], losses };
}

/** Gradient by central differences of the loss itself: nothing of back-propagation is repeated here. */
function slowGradients(
  matrices: [Matrix, Matrix, Matrix, Matrix],
  sessions: readonly SlowSession[],
  columns: readonly number[],
  l2: number,
) {
  const [w1, w2, b1, b2] = matrices;
  const entropy = () =>
    sessions.reduce((sum, { x, label, weight }) => {
      const activations = b1[0].map((bias, j) =>
        Math.max(
          0,
          columns.reduce((s, column, i) => s + x[column] * w1[i][j], bias),
        ),
      );
      const logits = b2[0].map((bias, k) => activations.reduce((s, a, j) => s + a * w2[j][k], bias));
      return sum - weight * Math.log(slowSoftmax(logits)[label]);
    }, 0);
  const pull = () =>
    (l2 / 2) * [...w1, ...w2].reduce((sum, row) => sum + row.reduce((s, w) => s + w * w, 0), 0);
  const loss = entropy();
  const step = 1e-5;
  const gradients = matrices.map((matrix) =>
    matrix.map((row) =>
      row.map((kept, j) => {
        row[j] = kept + step;
        const up = entropy() + pull();
        row[j] = kept - step;
        const down = entropy() + pull();
        row[j] = kept;
        return (up - down) / (2 * step);
      }),
    ),
  );
  return { gradients, loss };
}
