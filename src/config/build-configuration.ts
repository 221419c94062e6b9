import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { durationMs } from '#domain/duration';
import { freeze, frozenMap } from '#domain/freeze';
import type { Configuration, Connection, Notify, WarehouseSetting } from '#domain/river/configuration';
import type { NotifySetting } from '#domain/river/river';
import { Secret } from '#domain/secret';
import { normalizeBaseUrl } from './check-connections.ts';
import type { ConfigurationFile, ConnectionSetting, WarehouseFileSetting } from './file-schema.ts';
import { findProxy } from './hosts.ts';
import type { Variables } from './resolve-references.ts';

/** Builds the configuration that the other rooms receive: units in the names, secrets wrapped, deeply frozen. */
export function buildConfiguration(
  { connections, warehouses, rivers }: ConfigurationFile,
  at: { file: string; folder: string; env: Variables },
): Configuration {
  return freeze({
    file: at.file,
    connections: frozenMap(connections, (name, setting) => buildConnection(name, setting, at.env)),
    warehouses: frozenMap(warehouses, (name, setting) => buildWarehouse(name, setting, at.folder)),
    rivers: frozenMap(rivers, (name, { notify: _, ...river }) => ({ ...river, name })),
    notifications: frozenMap(notifySettings(rivers), (_, setting) => buildNotify(setting)),
    findProxy: (url) => findProxy(url, at.env),
  });
}

const notifySettings = (rivers: ConfigurationFile['rivers']): Record<string, NotifySetting> =>
  Object.fromEntries(
    Object.entries(rivers).flatMap(([name, { notify }]) => (notify ? [[name, notify] as const] : [])),
  );

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

/** A relative path of a SQLite file starts at the folder of the configuration file. */
export function buildWarehouse(
  name: string,
  setting: WarehouseFileSetting,
  folder: string,
): WarehouseSetting {
  const { client, connection, schema, keepCallsFor } = setting;
  const placed =
    typeof connection === 'object' && typeof connection.filename === 'string'
      ? { ...connection, filename: resolve(folder, connection.filename) }
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
