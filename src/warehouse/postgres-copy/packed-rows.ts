/**
 * A page's rows as Postgres reads them without parsing: the fields of COPY's binary format, each row with its length before it, so that
 * what a commit adds to each row can be put beside them. What a column holds is written as that column's type is sent; a page with a
 * type that is not known here is staged as JSON.
 */

import type { Value } from '#domain/column/column';
import type { PackedRows } from '../dialect.ts';
import { toTableType } from '../postgres/read-columns.ts';
import { storableText } from '../stored-values.ts';

/** Writes a value that is not null with its length before it; false where it is none of its type. */
type Pack = (into: Packer, value: Exclude<Value, null>) => boolean;
type Unpack = (from: Buffer, at: number, length: number) => Value;

interface Codec {
  readonly pack: Pack;
  readonly unpack: Unpack;
}

/** `declared`: the types of the table's columns, as the rows were fitted to them. Undefined where they cannot be packed. */
export function packRows(
  declared: readonly string[],
  rows: readonly (readonly Value[])[],
): PackedRows | undefined {
  const codecs = declared.map(toCodec);
  const into = new Packer(rows.length * (4 + 12 * declared.length));
  for (const row of rows) {
    const from = into.at;
    into.reserve(4);
    into.at += 4;
    for (let place = 0; place < codecs.length; place += 1) {
      const value = row[place] ?? null;
      const start = into.at;
      into.place = place;
      if (value === null) into.int32(-1);
      else if (into.repeats(value)) continue;
      else if (!codecs[place]?.pack(into, value)) return undefined;
      else into.remember(value, start);
    }
    into.buffer.writeInt32BE(into.at - from - 4, from);
  }
  return { packed: into.buffer.subarray(0, into.at), replaced: into.replaced };
}

export function unpackRows(declared: readonly string[], packed: Buffer): Value[][] {
  const codecs = declared.map(toCodec);
  const rows: Value[][] = [];
  for (let at = 0; at < packed.length; ) {
    at += 4;
    const row: Value[] = [];
    for (const codec of codecs) {
      const length = packed.readInt32BE(at);
      at += 4;
      if (length < 0) row.push(null);
      else {
        row.push(codec?.unpack(packed, at, length) ?? null);
        at += length;
      }
    }
    rows.push(row);
  }
  return rows;
}

/** Where the last row ends that stands there whole. */
export function endOfRows(packed: Buffer): number {
  let end = 0;
  while (end + 4 <= packed.length) {
    const next = end + 4 + packed.readInt32BE(end);
    if (next > packed.length) break;
    end = next;
  }
  return end;
}

/** What grows while rows are written to its end. */
class Packer {
  buffer: Buffer;
  at = 0;
  /** Of the value that is written. */
  place = 0;
  readonly replaced = new Map<number, number>();

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(bytes, 64));
  }

  /** What each place of a row was last written as: what a call stamps is the same in all its rows. */
  private readonly last: { value: Value; from: number; end: number }[] = [];

  /** Whether the value is the one before it in its place, and is written so again. */
  repeats(value: Value): boolean {
    const last = this.last[this.place];
    // 0 equals -0, and is written otherwise.
    if (last === undefined || last.value !== value || value === 0) return false;
    const bytes = last.end - last.from;
    this.reserve(bytes);
    const { buffer, at } = this;
    for (let offset = 0; offset < bytes; offset += 1)
      buffer[at + offset] = buffer[last.from + offset] as number;
    this.at = at + bytes;
    return true;
  }

  /** Long texts are written faster than they are compared and copied, and one with a character that was replaced has to be counted. */
  remember(value: Value, from: number): void {
    const last = this.last[this.place];
    const isKept = this.at - from <= shortText && !this.replaced.has(this.place);
    if (last === undefined) this.last[this.place] = { value: isKept ? value : null, from, end: this.at };
    else {
      last.value = isKept ? value : null;
      last.from = from;
      last.end = this.at;
    }
  }

  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(
      Math.max(this.at + bytes, this.buffer.length + (this.buffer.length >>> 1)),
    );
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  int32(value: number): void {
    this.reserve(4);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  /** The length of what follows, below 256; the caller writes that. */
  begin(length: number): void {
    this.reserve(4 + length);
    const { buffer, at } = this;
    buffer[at] = 0;
    buffer[at + 1] = 0;
    buffer[at + 2] = 0;
    buffer[at + 3] = length;
    this.at = at + 4;
  }

  text(value: string): void {
    this.reserve(4 + 3 * value.length);
    const from = this.at + 4;
    const end = value.length <= shortText ? this.ascii(value, from) : -1;
    if (end < 0) {
      this.at = this.anyText(value, from);
      this.buffer.writeInt32BE(this.at - from, from - 4);
      return;
    }
    this.at = from - 4;
    this.begin(value.length);
    this.at = end;
  }

  /** Calling into the engine takes longer than this for most texts. Less than zero where there is another character. */
  private ascii(value: string, from: number): number {
    const { buffer } = this;
    for (let at = 0; at < value.length; at += 1) {
      const code = value.charCodeAt(at);
      if (code > 127 || code === 0) return -1;
      buffer[from + at] = code;
    }
    return from + value.length;
  }

  private anyText(value: string, from: number): number {
    const stored = storableText(value);
    if (stored !== value) this.replaced.set(this.place, (this.replaced.get(this.place) ?? 0) + 1);
    return from + this.buffer.write(stored, from);
  }
}

const shortText = 40;

const text: Codec = {
  pack(into, value) {
    if (typeof value !== 'string') return false;
    into.text(value);
    return true;
  },
  unpack: (from, at, length) => from.toString('utf8', at, at + length),
};

/** Whole numbers beyond 2^53 come as their digits. */
const wholeNumber = (value: Value): bigint | undefined =>
  typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;

const bigint: Codec = {
  pack(into, value) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      into.begin(8);
      into.buffer.writeInt32BE(Math.floor(value / 2 ** 32), into.at);
      into.buffer.writeUInt32BE(value >>> 0, into.at + 4);
    } else {
      const whole = wholeNumber(value);
      if (whole === undefined || BigInt.asIntN(64, whole) !== whole) return false;
      into.begin(8);
      into.buffer.writeBigInt64BE(whole, into.at);
    }
    into.at += 8;
    return true;
  },
  unpack(from, at) {
    const whole = from.readBigInt64BE(at);
    const number = Number(whole);
    return Number.isSafeInteger(number) ? number : String(whole);
  },
};

const integer = (bytes: 2 | 4): Codec => ({
  pack(into, value) {
    const limit = 2 ** (8 * bytes - 1);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < -limit || value >= limit)
      return false;
    into.begin(bytes);
    into.at = into.buffer.writeIntBE(value, into.at, bytes);
    return true;
  },
  unpack: (from, at) => from.readIntBE(at, bytes),
});

const double: Codec = {
  pack(into, value) {
    if (typeof value !== 'number') return false;
    into.begin(8);
    into.at = into.buffer.writeDoubleBE(value, into.at);
    return true;
  },
  unpack: (from, at) => from.readDoubleBE(at),
};

const boolean: Codec = {
  pack(into, value) {
    if (typeof value !== 'boolean') return false;
    into.begin(1);
    into.at = into.buffer.writeUInt8(Number(value), into.at);
    return true;
  },
  unpack: (from, at) => from[at] === 1,
};

const dayMs = 86_400_000;
/** Day 0 of Postgres. */
const epochMs = Date.parse('2000-01-01T00:00:00Z');
const dayPattern = /^\d{4}-\d\d-\d\d$/;

const date: Codec = {
  pack(into, value) {
    if (typeof value !== 'string' || !dayPattern.test(value)) return false;
    const ms = Date.parse(`${value}T00:00:00Z`);
    if (Number.isNaN(ms)) return false;
    into.begin(4);
    into.at = into.buffer.writeInt32BE((ms - epochMs) / dayMs, into.at);
    return true;
  },
  unpack: (from, at) => new Date(epochMs + from.readInt32BE(at) * dayMs).toISOString().slice(0, 10),
};

const timePattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/;

/** Microseconds since 2000, in UTC for a column with a time zone. */
const timestamp: Codec = {
  pack(into, value) {
    const [, day, clock, fraction = ''] = (typeof value === 'string' && timePattern.exec(value)) || [];
    const ms = Date.parse(`${day}T${clock}Z`);
    if (Number.isNaN(ms)) return false;
    into.begin(8);
    const micros = BigInt(ms - epochMs) * 1_000n + BigInt(fraction.padEnd(6, '0'));
    into.at = into.buffer.writeBigInt64BE(micros, into.at);
    return true;
  },
  unpack(from, at) {
    const micros = from.readBigInt64BE(at);
    const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
    const instant = new Date(Number((micros - fraction) / 1_000n) + epochMs);
    const digits = String(fraction).padStart(6, '0').replace(/0+$/, '');
    return `${instant.toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}`;
  },
};

/** Undefined where a type is not written here: decimals without a bound, floats of four bytes, what River does not fill. */
function toCodec(declared: string): Codec | undefined {
  const type = toTableType(declared);
  switch (type?.kind) {
    case 'text':
      return text;
    case 'integer':
      return type.bits === 64 ? bigint : integer(type.bits === 32 ? 4 : 2);
    case 'double':
      return double;
    case 'boolean':
      return boolean;
    case 'date':
      return date;
    case 'timestamp':
      return timestamp;
    default:
      return undefined;
  }
}

/** What is the same in all rows: texts, and instants as a column with a time zone has them. */
export function packFixed(values: readonly (string | Date | null)[]): Buffer {
  const into = new Packer(256);
  for (const value of values) {
    if (value === null) into.int32(-1);
    else if (typeof value === 'string') into.text(value);
    else timestamp.pack(into, value.toISOString().slice(0, -1));
  }
  return into.buffer.subarray(0, into.at);
}
