import type { Reply } from './reply.ts';

/**
 * The body as text, every letter as it was sent and without a byte order mark: UTF-16 where its mark says so, else strict
 * UTF-8, else the charset that the answer declares. Undefined where none of them fits: a letter would be lost without a word.
 */
export function decodeBody({ body, headers }: Reply): string | undefined {
  const marked = utf16Marks.find(({ mark }) => body.subarray(0, 2).equals(mark));
  if (marked) return decodeAs(marked.charset, body);
  const utf8 = decodeAs('utf-8', body);
  // UTF-16 of plain letters is UTF-8 as well, with a NUL beside each letter. No text of the API holds one.
  if (utf8 !== undefined && !utf8.includes('\0')) return utf8;
  const declared = declaredCharset(headers['content-type']);
  return declared === undefined ? undefined : decodeAs(declared, body);
}

/** The body as text, whatever it takes: for words that are quoted or looked at, never for rows. */
export function decodeLeniently(reply: Reply): string {
  return decodeBody(reply) ?? new TextDecoder().decode(reply.body);
}

const utf16Marks = [
  { charset: 'utf-16le', mark: Buffer.of(0xff, 0xfe) },
  { charset: 'utf-16be', mark: Buffer.of(0xfe, 0xff) },
];

function decodeAs(charset: string, body: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    // Either the bytes are no text in that charset, or nobody knows the charset.
    return undefined;
  }
}

/** Decoders read `ascii` as Windows-1252: bytes that are not ASCII would become letters that nobody has declared. */
const plainAscii = /^(?:us-)?ascii$/i;

function declaredCharset(contentType = ''): string | undefined {
  const charset = /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType)?.[1];
  return charset === undefined || plainAscii.test(charset) ? undefined : charset;
}
