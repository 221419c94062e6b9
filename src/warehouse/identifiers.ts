import type { Knex } from 'knex';
import type { Dialect, Row, Tables } from './dialect.ts';

/*
 * How names reach the database. Knex reads dots, ` as `, `*`, `?` and `[1]` inside a name as SQL, and a target's columns are named by
 * whatever an API answers. So `Tables` below, and `identifier` wherever a column of a target is named, hand Knex a token in place of
 * such a name (the letter \u0001 and the name in hexadecimal digits); `spellOut`, the `wrapIdentifier` that each connection is
 * made with, puts the name back in quotes as the statement is written. Names of letters, digits and underscores go as they are.
 */
const token = '\u0001';
/** `__proto__` is a name that objects understand in a way of their own. */
const plain = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/** A table's or column's name, whatever is in it, as Knex may be given it. */
export function identifier(name: string): string {
  return plain.test(name) ? name : token + Buffer.from(name).toString('hex');
}

type Wrap = (value: string) => string;

/** For some purposes Knex asks for a name without quotes, or for none at all: then it gets none. */
function spellOut(quote: Wrap): (value: string | undefined, knexWrap: Wrap) => string {
  return (value = '', knexWrap) => {
    if (value === '*') return value;
    const name = value.startsWith(token) ? Buffer.from(value.slice(token.length), 'hex').toString() : value;
    return knexWrap('a') === 'a' ? name : quote(name);
  };
}

const nothing = () => {};

/** A page waits for its turn while a long commit has the connections: it was paid for with a call. */
const acquireTimeoutMs = 600_000;

/** What every connection of Knex's is made with. `quote` puts a name into quotes as the database reads it. */
export const knexOptions = (quote: Wrap): Knex.Config => ({
  acquireConnectionTimeout: acquireTimeoutMs,
  compileSqlOnError: false,
  wrapIdentifier: spellOut(quote),
  // What Knex would print is thrown as well, and named better there.
  log: { warn: nothing, error: nothing, deprecate: nothing, debug: nothing },
});

/** The tables in this schema, as a connection or a transaction sees them. */
export function openTables(query: Knex, dialect: Dialect, schemaName: string | undefined): Tables {
  const schema = schemaName === undefined ? undefined : identifier(schemaName);
  return {
    dialect,
    schemaName,
    query,
    from(table) {
      const rows = query<Row, Row[]>(identifier(table));
      return schema === undefined ? rows : rows.withSchema(schema);
    },
    schema: () => (schema === undefined ? query.schema : query.schema.withSchema(schema)),
    qualify: (table) => (schema === undefined ? identifier(table) : `${schema}.${identifier(table)}`),
    async rows(sql, bindings = []) {
      const result = await query.raw(sql, bindings);
      // The driver of SQLite answers rows, that of Postgres a result that has them.
      return Array.isArray(result) ? result : result.rows;
    },
  };
}
