import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ColumnChoices } from '#domain/column/chosen-columns';
import { durationMs } from '#domain/duration';
import { freeze, frozenMap } from '#domain/freeze';
import type { Configuration, Connection, Notify, Salt, WarehouseSetting } from '#domain/river/configuration';
import { valueAt } from '#domain/river/problem';
import type { NotifySetting } from '#domain/river/river';
import { Secret } from '#domain/secret';
import { normalizeBaseUrl } from './check-connections.ts';
import type { ConfigurationFile, ConnectionSetting, WarehouseFileSetting } from './file-schema.ts';
import { findProxy } from './hosts.ts';
import type { Variables } from './resolve-references.ts';

/** Builds the configuration that the other rooms receive: units in the names, secrets wrapped, deeply frozen. */
export function buildConfiguration(
  { connections, warehouses, rivers }: ConfigurationFile,
  at: { file: string; folder: string; env: Variables; written: unknown },
): Configuration {
  const salts = new Map<string, Salt>();
  return freeze({
    file: at.file,
    connections: frozenMap(connections, (name, setting) => buildConnection(name, setting, at.env)),
    warehouses: frozenMap(warehouses, (name, setting) =>
      buildWithBooks(name, setting, warehouses, at.folder),
    ),
    rivers: frozenMap(rivers, (name, { notify: _, columns, ...river }) => {
      const referenceOf = (column: string) =>
        String(valueAt(at.written, ['rivers', name, 'columns', column, 'hash']));
      return { ...river, ...(columns && { columns: withReferences(columns, referenceOf, salts) }), name };
    }),
    // After the rivers, which fill it.
    salts: frozenMap(Object.fromEntries(salts), (_, salt) => salt),
    notifications: frozenMap(notifySettings(rivers), (_, setting) => buildNotify(setting)),
    findProxy: (url) => findProxy(url, at.env),
  });
}

const notifySettings = (rivers: ConfigurationFile['rivers']): Record<string, NotifySetting> =>
  Object.fromEntries(
    Object.entries(rivers).flatMap(([name, { notify }]) => (notify ? [[name, notify] as const] : [])),
  );

/** The same choices with the references in place of the salts, which go to `salts`: a river is stored with its runs. */
function withReferences(
  columns: ColumnChoices,
  referenceOf: (column: string) => string,
  salts: Map<string, Salt>,
): ColumnChoices {
  const choices = Object.entries(columns).map(([name, choice]) => {
    if (choice === 'omit' || choice.hash === undefined) return [name, choice] as const;
    const reference = referenceOf(name);
    salts.set(reference, createSalt(choice.hash));
    return [name, { ...choice, hash: reference }] as const;
  });
  return Object.fromEntries(choices);
}

/** What the fingerprint of a salt is made of beside it. No column stores this text. */
const fingerprinted = 'fingerprint of a salt of River\0';

function createSalt(secret: string): Salt {
  const hash = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
  return { hash, fingerprint: hash(fingerprinted).slice(0, 16) };
}

const buildNotify = ({ on, webhook, slack }: NotifySetting): Notify => ({
  on,
  ...(webhook !== undefined && { webhook: new Secret(webhook) }),
  ...(slack !== undefined && { slack: new Secret(slack) }),
});

function buildConnection(name: string, setting: ConnectionSetting, env: Variables): Connection {
  const { baseUrl, auth, budget, maxConcurrentCalls, pageSize, callTimeout } = setting;
  const { apiKey, username = '', password = '' } = auth;
  const proxy = findProxy(baseUrl, env);
  return {
    name,
    baseUrl: normalizeBaseUrl(baseUrl) ?? baseUrl,
    auth:
      apiKey === undefined
        ? { kind: 'login', username, password: new Secret(password) }
        : { kind: 'apiKey', apiKey: new Secret(apiKey) },
    budget: budget.map(({ calls, per }) => ({ calls, perMs: durationMs(per) })),
    maxConcurrentCalls,
    pageSize,
    callTimeoutMs: durationMs(callTimeout),
    ...(proxy && { proxy }),
  };
}

/** With the warehouse that keeps its books, where that is another one: whoever opens the one opens both. */
function buildWithBooks(
  name: string,
  setting: WarehouseFileSetting,
  all: ConfigurationFile['warehouses'],
  folder: string,
): WarehouseSetting {
  const built = buildWarehouse(name, setting, folder);
  const books = setting.books === undefined ? undefined : all[setting.books];
  return books ? { ...built, books: buildWarehouse(String(setting.books), books, folder) } : built;
}

/** What names a file: SQLite's own, and that of an account's key. */
const fileKeys: ReadonlySet<string> = new Set([
  'filename',
  'keyFilename',
  'keyFile',
  'privateKeyPath',
  'tokenFilePath',
]);

/** A relative path of a file starts at the folder of the configuration file. */
export function buildWarehouse(
  name: string,
  setting: WarehouseFileSetting,
  folder: string,
): WarehouseSetting {
  const { client, connection, schema, keepCallsFor } = setting;
  const placed =
    typeof connection === 'object'
      ? Object.fromEntries(
          Object.entries(connection).map(([key, value]) =>
            fileKeys.has(key) && typeof value === 'string' ? [key, resolve(folder, value)] : [key, value],
          ),
        )
      : connection;
  return {
    name,
    client,
    connection: new Secret<unknown>(placed),
    schema,
    keepCallsForMs: durationMs(keepCallsFor),
  };
}

/** Whether two settings are equal, secrets included: a file that was only touched changes nothing. */
export function sameSetting(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(revealed(one), revealed(other));
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return revealed(value.reveal());
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revealed(part)]));
}
