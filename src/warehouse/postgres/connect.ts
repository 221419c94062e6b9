import type { Knex } from 'knex';
import knex from 'knex';
import type { WarehouseSetting } from '#domain/river/configuration';
import { knexOptions } from '../identifiers.ts';
import { readersSettings, setAtBegin } from './session.ts';

const poolMax = 10;
/** Three addresses of a host, of which each has 5 s. */
const connectTimeoutMs = 16_000;

/** `current` gives the setting by which new connections are opened. */
export function connect(current: () => WarehouseSetting, onlyReads = false): Knex {
  const connected = knex({
    ...knexOptions(quote),
    client: 'pg',
    connection: () => {
      const setting = current();
      return {
        connectionTimeoutMillis: connectTimeoutMs,
        application_name: 'river',
        // A commit whose connection was lost without a word would keep its table from the others of this process.
        keepAlive: true,
        keepAliveInitialDelayMillis: 60_000,
        ...readConnection(setting),
        types: { getTypeParser: parseValue },
        expirationChecker: () => current() !== setting,
      } as Knex.PgConnectionConfig;
    },
    pool: { min: 0, max: poolMax },
  });
  return setAtBegin(connected, onlyReads ? readersSettings : undefined);
}

export function describeAddress(setting: WarehouseSetting): string {
  const { connectionString, host, port, database } = readConnection(setting);
  if (typeof connectionString !== 'string') return place(host, port, database);
  try {
    const url = new URL(connectionString);
    const hostname = url.hostname || url.searchParams.get('host');
    return place(hostname, url.port, decodeURIComponent(url.pathname.slice(1)));
  } catch {
    return 'the address in its connection string';
  }
}

function place(host: unknown, port: unknown, database: unknown): string {
  return `${host || 'the default host'}:${port || 5432}${database ? `/${database}` : ''}`;
}

/** A connection string goes to the driver as it is, but for its sslmode: Knex's own reading of one would drop that. */
function readConnection(setting: WarehouseSetting): Record<string, unknown> {
  const given = setting.connection.reveal();
  const connection =
    typeof given === 'string' ? { connectionString: given } : { ...(given as Record<string, unknown>) };
  const { connectionString, ssl } = connection as { connectionString?: unknown; ssl?: unknown };
  if (typeof connectionString !== 'string') return connection;
  return { ...connection, connectionString: withSslMode(connectionString, ssl !== undefined) };
}

/**
 * The driver takes prefer, require and verify-ca for verify-full, and warns of that on the terminal; so it is given what it
 * takes them for. Any mode of the string would put `ssl` beside it out of force.
 */
function withSslMode(text: string, hasSsl: boolean): string {
  if (/[?&]uselibpqcompat=/.test(text)) return text;
  const modes = /(?<=[?&])sslmode=(?:prefer|require|verify-ca|verify-full)(?=&|$)/g;
  return text.replace(modes, hasSsl ? '' : 'sslmode=verify-full');
}

/**
 * Knex numbers every `?` of a statement as a parameter, inside a name as well, and takes backslashes before it
 * for an escape. Such a name is written with Postgres's Unicode escapes.
 */
export function quote(name: string): string {
  const doubled = name.replaceAll('"', '""');
  if (!/[?\\]/.test(doubled)) return `"${doubled}"`;
  return `U&"${doubled.replaceAll('\\', '\\005C').replaceAll('?', '\\003F')}"`;
}

type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asBoolean: Parse = (text) => text === 't';
const asNumber: Parse = Number;
/** Beyond 2^53 as its digits. */
const asInteger: Parse = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const asInstant: Parse = (text) =>
  new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();

/** As `bytea_output` writes them: see `setAtBegin`. */
const asBytes: Parse = (text) => Buffer.from(text.slice(2), 'hex');

const parsers: Readonly<Record<number, Parse>> = {
  16: asBoolean, // bool
  17: asBytes, // bytea
  20: asInteger, // int8
  21: asNumber, // int2
  23: asNumber, // int4
  26: asNumber, // oid
  700: asNumber, // float4
  701: asNumber, // float8
  1184: asInstant, // timestamptz
};

/**
 * How the driver reads a value of this type: as SQLite would give it. Above all no day becomes a Date of the
 * machine's own time zone, and documents stay text.
 */
function parseValue(oid: number): Parse {
  return parsers[oid] ?? asText;
}
