import type { ByteBuffer } from './byte-buffer.js';

/**
 * As much of Apache Thrift's compact protocol as the headers and the foot of a Parquet file need
 * (thrift/doc/specs/thrift-compact-protocol.md).
 */
export type ThriftValue =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly flag: boolean }
  | { readonly list: readonly ThriftValue[] }
  | { readonly struct: ThriftStruct };

/** Fields by their number, ascending. */
export type ThriftStruct = readonly (readonly [field: number, value: ThriftValue])[];

const TRUE = 1;
const FALSE = 2;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Appends a struct with its stop byte. */
export function putStruct(target: ByteBuffer, struct: ThriftStruct): void {
  let last = 0;
  for (const [field, value] of struct) {
    // Every struct of Parquet's numbers its fields close enough for the short form.
    target.byte(((field - last) << 4) | typeOf(value));
    putValue(target, value);
    last = field;
  }
  target.byte(0);
}

function typeOf(value: ThriftValue): number {
  if ('i32' in value) return I32;
  if ('i64' in value) return I64;
  if ('text' in value) return BINARY;
  if ('flag' in value) return value.flag ? TRUE : FALSE;
  return 'list' in value ? LIST : STRUCT;
}

function putValue(target: ByteBuffer, value: ThriftValue): void {
  if ('i32' in value) target.varint(value.i32 * 2);
  else if ('i64' in value) target.varint(value.i64 * 2);
  else if ('struct' in value) putStruct(target, value.struct);
  else if ('text' in value) {
    const bytes = new TextEncoder().encode(value.text);
    target.varint(bytes.length);
    target.append(bytes);
  } else if ('list' in value) {
    const [first] = value.list;
    const type = first === undefined ? STRUCT : typeOf(first);
    const size = value.list.length;
    if (size < 15) target.byte((size << 4) | type);
    else {
      target.byte(0xf0 | type);
      target.varint(size);
    }
    for (const each of value.list) putValue(target, each);
  }
}
