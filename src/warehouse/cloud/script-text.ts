/** Values as literals, for a script, in which each statement would have to share one list of parameters. */

export type Primitive = string | number | bigint | boolean | null;

export const toPrimitive = (binding: unknown): Primitive => {
  if (binding === undefined || binding === null) return null;
  if (binding instanceof Date) return binding.toISOString();
  return typeof binding === 'object' ? JSON.stringify(binding) : (binding as Primitive);
};

/** The statement with its bindings written into it. What stands in quotes is left as it is. */
export function writeBindings(sql: string, bindings: readonly unknown[]): string {
  let at = 0;
  const written = sql.replace(quotedOrPlace, (found) => {
    if (found !== '?') return found;
    at += 1;
    return toLiteral(toPrimitive(bindings[at - 1]));
  });
  if (at !== bindings.length) throw new Error(`a statement has ${at} places for ${bindings.length} values`);
  return written;
}

const quotedOrPlace = /`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\?/gs;

function toLiteral(value: Primitive): string {
  return typeof value === 'string' ? quoteText(value) : String(value);
}

/** With what would end the text, or the line, as escapes. */
export const quoteText = (text: string): string =>
  `'${text.replace(/[\\'\p{Cc}\u2028\u2029]/gu, (letter) => escapes[letter] ?? toEscape(letter))}'`;

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const toEscape = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
