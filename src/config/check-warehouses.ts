import { gotInstead } from '#domain/river/closest';
import type { Path, Problem, Show } from '#domain/river/problem';
import { checkAccount, checkCloudSchema, checkSnowflake } from './check-cloud.ts';
import { type Refers, secretInTheFile } from './check-connections.ts';
import type { SoundFile } from './file-schema.ts';
import { isThisMachine } from './hosts.ts';

type Warehouses = NonNullable<SoundFile['warehouses']>;
type WarehousePart = Warehouses[string];

/** What is wrong with warehouses beyond their shape. */
export function checkWarehouses(warehouses: Warehouses, refers: Refers, show: Show): Problem[] {
  return Object.entries(warehouses).flatMap(([name, warehouse]) => {
    const path = ['warehouses', name];
    return [
      ...checkSchema([...path, 'schema'], warehouse, show),
      ...checkConnection([...path, 'connection'], warehouse, refers),
      ...checkBooks(name, warehouse, warehouses, show),
      ...checkOneName(name, warehouse, warehouses),
    ];
  });
}

/** What cannot keep books. */
const inTheCloud: Partial<Record<NonNullable<WarehousePart['client']>, string>> = {
  bigquery: 'BigQuery',
  snowflake: 'Snowflake',
};

/** Whose books are kept elsewhere cannot keep those of others. */
function checkBooks(
  name: string,
  { books, client }: WarehousePart,
  warehouses: Warehouses,
  show: Show,
): Problem[] {
  const path = ['warehouses', name, 'books'];
  const cloud = client && inTheCloud[client];
  if (books === undefined && cloud !== undefined) {
    return [
      {
        path,
        message: `missing, name the warehouse that keeps manifest and staging for this one: ${cloud} has neither row locks nor unique keys, without which a chunk could be loaded twice`,
        missing: true,
      },
    ];
  }
  if (books === undefined) return [];
  const keeping = Object.keys(warehouses).filter((other) => {
    const { books: others, client = 'pg' } = warehouses[other] ?? {};
    return other !== name && others === undefined && inTheCloud[client] === undefined;
  });
  if (keeping.includes(books)) return [];
  if (books === name)
    return [{ path, message: 'names the warehouse itself: leave it out, and it keeps its own books' }];
  const others = warehouses[books]?.books;
  if (others !== undefined) {
    const shown = show(path, books);
    return [
      {
        path,
        message: `expected a warehouse that keeps its own books, got ${shown}, whose books are kept by ${others}`,
      },
    ];
  }
  const got = gotInstead(path, books, keeping, show);
  if (keeping.length === 0)
    return [{ path, message: `there is no other warehouse that keeps its own books, ${got}` }];
  return [{ path, message: `expected one of ${keeping.join(', ')}, ${got}` }];
}

/** Two names for one database would be two sets of locks for its tables. */
function checkOneName(name: string, warehouse: WarehousePart, warehouses: Warehouses): Problem[] {
  if (warehouse.books === undefined) return [];
  const identity = identify(warehouse);
  const same = Object.keys(warehouses).find(
    (other) => other !== name && identify(warehouses[other] ?? {}) === identity,
  );
  if (same === undefined) return [];
  return [
    {
      path: ['warehouses', name],
      message: `is the same database as the warehouse ${same}: with \`books\` a database has one name`,
    },
  ];
}

function identify({ client, connection, schema }: WarehousePart): string {
  const place = typeof connection === 'object' ? connection : {};
  switch (client) {
    case 'bigquery': {
      const { projectId, apiEndpoint } = place;
      return JSON.stringify([client, projectId, apiEndpoint, schema]);
    }
    case 'snowflake': {
      const { account, accessUrl, host, database } = place;
      // Snowflake finds names in any case.
      return JSON.stringify([client, account, accessUrl, host, database, schema]).toUpperCase();
    }
    default:
      return JSON.stringify([
        client,
        typeof connection === 'object' ? Object.entries(connection).sort() : connection,
        schema,
      ]);
  }
}

function checkSchema(path: Path, { client, schema }: WarehousePart, show: Show): Problem[] {
  if (client === 'bigquery' || client === 'snowflake') return checkCloudSchema(path, client, schema, show);
  if (schema === undefined || client === undefined) return [];
  if (client !== 'pg') return [{ path, message: `belongs to pg, ${client} has no schemas` }];
  if (/^(?!pg_)[^.\p{Cc}]+$/u.test(schema) && Buffer.byteLength(schema) <= 63) return [];
  return [
    {
      path,
      message: `expected the name of a schema (at most 63 bytes, no dot, not beginning with pg_), got ${show(path, schema)}`,
    },
  ];
}

function checkConnection(path: string[], { client, connection }: WarehousePart, refers: Refers): Problem[] {
  if (client === undefined || connection === undefined) return [];
  if (client === 'better-sqlite3') return checkFile(path, connection);
  if (client === 'bigquery') return checkAccount(path, connection, refers);
  if (client === 'snowflake') return checkSnowflake(path, connection, refers);
  return typeof connection === 'string'
    ? checkConnectionString(path, connection, refers)
    : checkConnectionMap(path, connection, refers);
}

function checkFile(path: string[], connection: NonNullable<WarehousePart['connection']>): Problem[] {
  const filename = typeof connection === 'string' ? undefined : connection.filename;
  if (typeof filename !== 'string' || filename === '') {
    return [{ path, message: 'expected { filename: <path> }, the file of the SQLite database' }];
  }
  if (filename !== ':memory:') return [];
  return [
    { path: [...path, 'filename'], message: 'expected a file: a database in memory ends with its process' },
  ];
}

function checkConnectionString(path: string[], text: string, refers: Refers): Problem[] {
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/s.exec(text) ?? [];
  if (rest !== undefined && !isEncoded(rest)) {
    return [
      {
        path,
        message:
          'expected postgres://user:password@host:port/database with each of @ # / ? % in user name and password percent-encoded (%40 for @, %23 for #, %2F for /, %3F for ?, %25 for %), got a secret',
      },
    ];
  }
  const url = rest !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    return [{ path, message: 'expected postgres://user:password@host:port/database, got a secret' }];
  }
  if (url.password === '' || refers(path) || isThisMachine(url.hostname)) return [];
  return [{ path, message: secretInTheFile }];
}

/** Whether user and password can be told apart from the host: an unencoded "/" in a password would turn its beginning into the host name. */
function isEncoded(rest: string): boolean {
  const [, authority = '', path = '', query = ''] = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?$/s.exec(rest) ?? [];
  return (
    !rest.includes('#') &&
    authority.split('@').length <= 2 &&
    !path.includes('@') &&
    !query.split('&').some((part) => /^[^=]*@/.test(part)) &&
    !/%(?![\da-f]{2})/i.test(authority)
  );
}

function checkConnectionMap(path: string[], connection: Record<string, unknown>, refers: Refers): Problem[] {
  const { password, connectionString, host } = connection;
  const local = typeof host !== 'string' || isThisMachine(host);
  const passwordPath = [...path, 'password'];
  return [
    ...(typeof connectionString === 'string'
      ? checkConnectionString([...path, 'connectionString'], connectionString, refers)
      : []),
    ...(password !== undefined && !local && !refers(passwordPath)
      ? [{ path: passwordPath, message: secretInTheFile }]
      : []),
  ];
}
