/** Where the host puts what is looked at of the headers of its packet: 20 bytes of the IP header, 64 from the transport header on. */
export const headers: usize = memory.data(84, 8);
