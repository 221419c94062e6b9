import { shortHash } from './identifiers.ts';

const hashLetters = 8;

/**
 * A column's name as the database can have it: without NUL, and no longer than `nameBytes` (Postgres would cut
 * it, and two long names could become one). What is changed bears a hash of the whole name, always the same.
 */
export function columnNameIn(nameBytes: number | undefined, name: string): string {
  const clean = name.toWellFormed().replaceAll('\0', '_') || 'column';
  const fits = nameBytes === undefined || Buffer.byteLength(clean) <= nameBytes;
  if (fits && clean === name) return name;
  const hash = `_${shortHash(name, hashLetters)}`;
  return (fits ? clean : cut(clean, (nameBytes ?? 0) - hash.length)) + hash;
}

/** As many whole characters as fit into so many bytes. */
function cut(text: string, bytes: number): string {
  let left = bytes;
  let kept = '';
  for (const character of text) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    kept += character;
  }
  return kept;
}
