/** Headers of pages in Thrift's compact protocol (parquet-format, parquet.thrift: PageHeader). */
import { allocate } from './memory';

const RLE = 3;
/** A field of 32 bits behind the one before, a struct two and four fields on, the end of a struct. */
const INT = 0x15;
const DATA_PAGE_HEADER = 0x2c;
const DICTIONARY_PAGE_HEADER = 0x4c;
const STOP = 0;
const DICTIONARY_PAGE = 2;

/** Where the header lies that was made last. */
export const header: usize = allocate(64);
let at: usize = 0;

/**
 * @param full bytes of the body, and `stored` of what is stored of it
 * @returns bytes of the header
 */
export function putHeader(type: i32, full: u32, stored: u32, values: u32, encoding: i32): i32 {
  at = header;
  putField(type);
  putField(full);
  putField(stored);
  put(type === DICTIONARY_PAGE ? DICTIONARY_PAGE_HEADER : DATA_PAGE_HEADER);
  putField(values);
  putField(encoding);
  if (type !== DICTIONARY_PAGE) {
    putField(RLE);
    putField(RLE);
  }
  put(STOP);
  put(STOP);
  return <i32>(at - header);
}

/** A number that is not negative: zigzag, then seven bits a byte. */
function putField(value: u32): void {
  put(INT);
  let rest = (<u64>value) << 1;
  while (rest >= 0x80) {
    put(<u32>(rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  put(<u32>rest);
}

function put(value: u32): void {
  store<u8>(at, <u8>value);
  at++;
}
