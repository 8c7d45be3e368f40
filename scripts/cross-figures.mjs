/**
 * Figures across origins: the default classifier learns the roles of one and is asked about the other. For roles that both
 * have, recall and how often the answer was among the first three.
 */
import { deviceRowsOf, readCorpus, roleSets } from '../dist/pipeline/index.js';
import { deviceProbabilities, trainRoleModel } from '../dist/roles/index.js';

/** Trains on some captures of a corpus and ranks the roles for others. */
async function ranksOf(corpus, trained, tested, seed) {
  const sets = roleSets(corpus);
  const model = await trainRoleModel('ensemble', sets, Uint32Array.from(trained), { seed, threads: 2 });
  const tables = { sessions: sets.sessions.rows, windows: sets.windows.rows };
  const probabilities = deviceProbabilities(model, tables, deviceRowsOf(sets, tested));
  const { roles } = corpus.set;
  return tested.map((_, place) => {
    const own = Array.from(probabilities.subarray(place * roles.length, (place + 1) * roles.length));
    const order = own.map((_, role) => role).sort((a, b) => own[b] - own[a]);
    return order.map((role) => roles[role]);
  });
}

/** By true role: captures, how many were answered rightly, how many within three, and the most frequent answers. */
function byRole(corpus, tested, ranks, wanted) {
  const found = {};
  for (const [place, index] of tested.entries()) {
    const { role } = corpus.captures[index];
    if (!wanted(role)) continue;
    found[role] ??= { captures: 0, right: 0, three: 0, answers: {} };
    const [first, second, third] = ranks[place];
    const own = found[role];
    own.captures++;
    if (first === role) own.right++;
    if ([first, second, third].includes(role)) own.three++;
    own.answers[first] = (own.answers[first] ?? 0) + 1;
  }
  return found;
}

/** Both ways: learnt from the laboratory and asked about real captures, and back. */
export async function crossFigures(real, lab, { seed, ...options }) {
  const corpus = await readCorpus([real], { deviceFrom: 'labels', ...options, also: [lab] });
  const places = corpus.captures.map((_, index) => index);
  const ofLab = places.filter((index) => corpus.captures[index].also);
  const ofReal = places.filter((index) => !corpus.captures[index].also);
  const rolesOf = (list) => new Set(list.map((index) => corpus.captures[index].role));
  const [labRoles, realRoles] = [rolesOf(ofLab), rolesOf(ofReal)];
  const shown = (role) => role === 'Workstation' || role === 'MailServer';
  const onReal = ofReal.filter(
    (index) => labRoles.has(corpus.captures[index].role) || shown(corpus.captures[index].role),
  );
  const counts = {};
  for (const { role, device, also } of corpus.captures) {
    counts[role] ??= { real: { captures: 0, names: new Set() }, lab: { captures: 0, names: new Set() } };
    const own = counts[role][also ? 'lab' : 'real'];
    own.captures++;
    own.names.add(device);
  }
  for (const own of Object.values(counts).flatMap(Object.values)) {
    own.devices = own.names.size;
    delete own.names;
  }
  return {
    counts,
    labToReal: byRole(corpus, onReal, await ranksOf(corpus, ofLab, onReal, seed), () => true),
    realToLab: byRole(
      corpus,
      ofLab,
      await ranksOf(corpus, ofReal, ofLab, seed),
      (role) => realRoles.has(role) || role.endsWith('Workstation') || role === 'ExchangeServer',
    ),
  };
}
