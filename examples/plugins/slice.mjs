/**
 * Cuts every session after a number of packets, so that long ones are seen before they end:
 *
 *   networkml sessions capture.pcap --plugin examples/plugins/slice.mjs
 *
 * The number is 20 or what the environment says: SLICE_PACKETS=5.
 */
export function slicer(limit) {
  return {
    name: 'slice',
    onInit(_packet, session) {
      if (limit <= 1) session.end();
    },
    onUpdate(_packet, session) {
      if (session.packets >= limit) session.end();
    },
  };
}

export const plugin = slicer(Number(process.env.SLICE_PACKETS ?? 20));
