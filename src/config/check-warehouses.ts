import type { Path, Problem, Show } from '#domain/river/problem';
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
    ];
  });
}

function checkSchema(path: Path, { client, schema }: WarehousePart, show: Show): Problem[] {
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
