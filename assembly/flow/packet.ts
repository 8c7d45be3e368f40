/** The packet at hand, where the host and the walker of frames put it: see src/sessions/meter/packet-layout.ts. */
import * as field from '../../src/sessions/meter/packet-layout';

export const packet: usize = memory.data(field.PACKET_BYTES, 64);
