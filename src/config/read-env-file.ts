import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '#domain/errors';

/** What a `.env` file says. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** Names whose value ends at a `#` that neither quotes nor a blank before it explain: more was meant, most likely. */
  readonly cut: ReadonlySet<string>;
}

/** Reads a `.env` file in UTF-8 or UTF-16, with a byte order mark or without; nothing where there is none. */
export function readEnvFile(file: string): EnvFile {
  const text = decode(file, read(file));
  const values = parseEnv(text) as Record<string, string>;
  const cut = text.split(/\r\n|[\r\n]/).flatMap((line) => {
    const [, name = '', before] = /^\s*(?:export\s+)?([\w.-]+)\s*=([^#]*(?<!\s))#/.exec(line) ?? [];
    // In quotes it would not have ended here.
    return before !== undefined && values[name] === before.trim() ? [name] : [];
  });
  return { values, cut: new Set(cut) };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return Buffer.alloc(0);
    throw new ConfigurationError(`${file}: cannot be read (${code}).`);
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    // It takes the byte order mark away itself.
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${file}: expected text in UTF-8 or UTF-16. Save it as UTF-8.`);
  }
}

function encodingOf([first, second]: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || first === 0 ? 'utf-16be' : 'utf-8';
}
