import { type Asked, type Reply, textOf } from './reply.ts';

const quotedAtMost = 100;

/**
 * The beginning of a reply's body on one line, for a message. Bodies of errors have no common shape: a quoted or bare
 * string, or an object with a `message`.
 */
export function whatWasSaid(reply: Reply, asked: Asked): string {
  const text = asked
    .hide(messageIn(textOf(reply)))
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const characters = [...text];
  return characters.length <= quotedAtMost ? text : `${characters.slice(0, quotedAtMost - 1).join('')}…`;
}

function messageIn(text: string): string {
  const value = parsed(text);
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return text;
  const message = Object.entries(value).find(([key]) => key.toLowerCase() === 'message')?.[1];
  return typeof message === 'string' ? message : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
