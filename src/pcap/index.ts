export {
  type Capture,
  type CaptureProgress,
  type CaptureSummary,
  type OpenCaptureOptions,
  openCapture,
} from './capture.js';
export { linkTypeName } from './decode-link.js';
export type { DigestWish } from './digest.js';
export { compileFilter, type PacketFilter } from './filter/compile.js';
export type { PacketHandler, SkippedHandler } from './frame-decoder.js';
export { hashWords, IntKeyTable } from './int-key-table.js';
export { type CaptureLimits, defaultCaptureLimits } from './limits.js';
export type { Moment } from './moment.js';
export {
  createPacket,
  type Packet,
  PROTOCOL_GRE,
  PROTOCOL_ICMP,
  PROTOCOL_ICMPV6,
  PROTOCOL_IPIP,
  PROTOCOL_IPV6,
  PROTOCOL_SCTP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  PROTOCOL_UDP_LITE,
  TCP_ACK,
  TCP_FIN,
  TCP_PSH,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
  TUNNEL_CAPWAP,
  TUNNEL_GENEVE,
  TUNNEL_GRE,
  TUNNEL_GTP,
  TUNNEL_NONE,
  TUNNEL_TZSP,
  TUNNEL_VXLAN,
} from './packet.js';
export type { PlainPackets } from './plain-packets.js';
export { type SkipReasonName, skippedByName, skipReasonNames } from './skip-reason.js';
export { type CaptureSource, openForReading } from './source.js';
export { createPcapWriter, type PcapSink, type PcapWriter, type PcapWriterOptions } from './writer.js';
