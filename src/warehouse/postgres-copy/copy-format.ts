/** COPY's binary format around packed rows: what stands before them, between them and after them, both ways. */

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const noMoreRows = -1;
const chunkBytes = 256 * 1024;

/**
 * Packed rows as COPY is sent them, in pieces: what is `fixed` for their page first, then the values of these places. Each piece has room for what
 * stands before a message.
 */
export function* toCopyChunks(
  pages: Iterable<Buffer>,
  fixed: { readonly fields: number; readonly packed: readonly Buffer[] },
  places: readonly number[],
  room: number,
): Generator<Buffer> {
  // A page that is whole is copied row by row, else value by value.
  const isWhole = places.every((place, at) => place === at);
  const wanted = new Set(places);
  let chunk = Buffer.allocUnsafe(chunkBytes);
  let at = room + signature.copy(chunk, room);
  let page = 0;
  for (const packed of pages) {
    const first = fixed.packed[page] ?? Buffer.alloc(0);
    page += 1;
    for (let from = 0; from < packed.length; ) {
      const length = packed.readInt32BE(from);
      const end = from + 4 + length;
      const most = 2 + first.length + length;
      if (at + most + 2 > chunk.length) {
        yield chunk.subarray(0, at);
        chunk = Buffer.allocUnsafe(Math.max(chunkBytes, room + most + 2));
        at = room;
      }
      at = chunk.writeInt16BE(fixed.fields + places.length, at);
      at += first.copy(chunk, at);
      if (isWhole) at += packed.copy(chunk, at, from + 4, end);
      else {
        let place = 0;
        for (let value = from + 4; value < end; place += 1) {
          const next = value + 4 + Math.max(packed.readInt32BE(value), 0);
          if (wanted.has(place)) at += packed.copy(chunk, at, value, next);
          value = next;
        }
      }
      from = end;
    }
  }
  at = chunk.writeInt16BE(noMoreRows, at);
  yield chunk.subarray(0, at);
}

/** Before the rows stand a signature, flags, and the length of what follows these. */
const lengthAt = 15;

/** Of rows with one column; null is no value. */
export function readValues(copied: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = lengthAt + 4 + copied.readInt32BE(lengthAt); copied.readInt16BE(at) === 1; ) {
    const length = copied.readInt32BE(at + 2);
    const from = at + 6;
    at = from + Math.max(length, 0);
    if (length >= 0) values.push(copied.subarray(from, at));
  }
  return values;
}
