/**
 * Asks a trained bundle about each session: which role opens sessions like this one, and how sure that is. One session
 * says little of a device (`networkml predict` looks at all of them); the column finds the odd one out.
 *
 *   networkml sessions capture.pcap --plugin examples/plugins/role.mjs
 *
 * The bundle is the shipped one, or what the environment says: ROLE_BUNDLE=my-bundle.
 */
import { loadBundle } from 'networkml';
import { PORT_PROTOCOL_COLUMNS } from 'networkml/features';
import { SparseRowsBuilder } from 'networkml/math';
import { oneLayerProbabilities } from 'networkml/roles';
import { classifyIpv4, classifyIpv6 } from 'networkml/sessions';

const { classifier } = await loadBundle(process.env.ROLE_BUNDLE);
const { model } = classifier('one-layer');

/** Probabilities by the columns of the vector: few distinct ones exist. */
const known = new Map();

export const plugin = {
  name: 'role',
  columns: [
    { name: 'role', kind: 'text' },
    { name: 'role_score', kind: 'double' },
  ],
  onExpire(session) {
    const columns = columnsOf(session);
    const key = columns.join();
    let answer = known.get(key);
    if (answer === undefined) {
      const builder = new SparseRowsBuilder(PORT_PROTOCOL_COLUMNS);
      builder.add(columns, new Float64Array(columns.length).fill(1));
      const probabilities = oneLayerProbabilities(model, builder.build());
      const best = probabilities.indexOf(Math.max(...probabilities));
      answer = [model.roles[best], probabilities[best]];
      known.set(key, answer);
    }
    return answer;
  },
};

/** The non-zero features of layout port-protocol-4104/1 as the source of the session has them. */
function columnsOf({ packets, protocol, sourcePort, destinationPort, ipVersion, destination }) {
  const kind = ipVersion === 4 ? classifyIpv4(destination[0]) : classifyIpv6(...destination);
  const protocols = [6, 17, ipVersion === 4 ? 1 : 58];
  const half = PORT_PROTOCOL_COLUMNS / 2;
  const columns = [];
  const add = (start, from, to) => {
    if (from >= 1 && from <= 1024) columns.push(start + from - 1);
    if (to >= 1 && to <= 1024) columns.push(start + 1024 + to - 1);
    if (protocols.includes(protocol)) columns.push(start + 2048 + protocols.indexOf(protocol));
    if (kind === 'external') columns.push(start + 2051);
  };
  if (packets[1] > 0) add(0, sourcePort, destinationPort);
  if (packets[2] > 0) add(half, destinationPort, sourcePort);
  return columns;
}
