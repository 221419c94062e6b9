/** Text as editors and shells of every system save it: UTF-8 or UTF-16, with a byte order mark or without. Undefined where the bytes are neither. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    // TextDecoder removes the byte order mark.
    return new TextDecoder(detectEncoding(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is said of a file of the configuration that cannot be decoded. */
export const notText = { message: 'expected text in UTF-8 or UTF-16. Save it as UTF-8' };

function detectEncoding([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || first === 0 ? 'utf-16be' : 'utf-8';
}
