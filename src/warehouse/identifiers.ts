import { createHash } from 'node:crypto';

/*
 * Knex reads dots, ` as `, `*`, `?` and `[1]` inside a name as SQL. A name with anything but letters, digits
 * and underscores therefore travels through Knex as a token, and is spelled out at the very last moment,
 * by the `wrapIdentifier` that the connection is made with.
 */
const token = '\u0001';
/** `__proto__` is a name that objects understand in a way of their own. */
const plain = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/** A table's or column's name, whatever is in it, as Knex may be given it. */
export function named(name: string): string {
  return plain.test(name) ? name : token + Buffer.from(name).toString('hex');
}

type Wrap = (value: string) => string;

/**
 * The `wrapIdentifier` of a Knex connection: tokens become names again, in quotes of our own where Knex would
 * put its own. For some purposes it asks for a name without quotes, or for none at all.
 */
export function wrapWith(quote: Wrap): (value: string | undefined, knexWrap: Wrap) => string {
  return (value = '', knexWrap) => {
    if (value === '*') return value;
    const name = value.startsWith(token) ? Buffer.from(value.slice(token.length), 'hex').toString() : value;
    return knexWrap('a') === 'a' ? name : quote(name);
  };
}

/** A few letters that stand for a text, always the same ones. */
export function shortHash(text: string, letters = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, letters);
}
