import type { BodyFault, Encoding } from '../faults/fault.ts';
import type { Reply } from '../reply.ts';

/** The reply with its body as faults write it. */
export function bendBody(reply: Reply, faults: readonly BodyFault[]): Reply {
  return faults.reduce(bend, reply);
}

function bend(reply: Reply, fault: BodyFault): Reply {
  const text = String(reply.body);
  switch (fault.kind) {
    case 'encode': {
      const { as, declared, mark = false } = fault;
      const charset = declared === undefined ? '' : `; charset=${declared}`;
      const headers = { ...reply.headers, 'content-type': `application/json${charset}` };
      return { ...reply, headers, body: encodeText(mark ? `\uFEFF${text}` : text, as) };
    }
    case 'bareWord':
      return { ...reply, body: text.replaceAll(valuesOf(fault.keys), `$1${fault.word ?? 'NaN'}`) };
    case 'repeatKey': {
      const { key, first = key } = fault;
      return { ...reply, body: text.replaceAll(`"${key}":`, `"${first}":0,"${key}":`) };
    }
  }
}

/** A key, and the value after it that is a number, a word or a string. */
const valuesOf = (keys: readonly string[]): RegExp =>
  new RegExp(
    `("(?:${keys.map((key) => key.replaceAll(/\W/g, '\\$&')).join('|')})":)(?:[\\w.+-]+|"(?:[^"\\\\]|\\\\.)*")`,
    'g',
  );

/** The bytes of a text; a letter that Latin-1 lacks is cut to one that it has. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : encoding);
}
