import { resolve } from 'node:path';
import { durationMs } from '#domain/duration';
import { freeze, frozenMap } from '#domain/freeze';
import type { Configuration, Connection, Notify, WarehouseSetting } from '#domain/river/configuration';
import type { NotifySetting } from '#domain/river/river';
import { Secret } from '#domain/secret';
import { normalBaseUrl } from './check-base-url.ts';
import type { ConfigurationFile, ConnectionSetting, WarehouseFileSetting } from './file-schema.ts';
import { proxyOf } from './proxies.ts';
import type { Variables } from './resolve-references.ts';

/** The file as the rest of River takes it: units in their names, secrets wrapped, frozen all through. */
export function configurationOfFile(
  { connections, warehouses, rivers }: ConfigurationFile,
  at: { file: string; folder: string; env: Variables },
): Configuration {
  return freeze({
    file: at.file,
    connections: frozenMap(connections, (name, setting) => connectionOf(name, setting, at.env)),
    warehouses: frozenMap(warehouses, (name, setting) => warehouseOf(name, setting, at.folder)),
    rivers: frozenMap(rivers, (name, { notify: _, ...river }) => ({ ...river, name })),
    notifications: frozenMap(notifySettings(rivers), (_, setting) => notifyOf(setting)),
    proxyOf: (url) => proxyOf(url, at.env),
  });
}

const notifySettings = (rivers: ConfigurationFile['rivers']): Record<string, NotifySetting> =>
  Object.fromEntries(
    Object.entries(rivers).flatMap(([name, { notify }]) => (notify ? [[name, notify] as const] : [])),
  );

const notifyOf = ({ on, webhook, slack }: NotifySetting): Notify => ({
  on,
  ...(webhook !== undefined && { webhook: new Secret(webhook) }),
  ...(slack !== undefined && { slack: new Secret(slack) }),
});

function connectionOf(name: string, setting: ConnectionSetting, env: Variables): Connection {
  const { baseUrl, auth, budget, maxConcurrentCalls, pageSize, callTimeout } = setting;
  const { apiKey, username = '', password = '' } = auth;
  const proxy = proxyOf(baseUrl, env);
  return {
    name,
    baseUrl: normalBaseUrl(baseUrl) ?? baseUrl,
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

/** A warehouse with the file of its database, if it has one, told from the folder of the configuration file. */
export function warehouseOf(name: string, setting: WarehouseFileSetting, folder: string): WarehouseSetting {
  const { client, connection, schema } = setting;
  const placed =
    typeof connection === 'object' && typeof connection.filename === 'string'
      ? { ...connection, filename: resolve(folder, connection.filename) }
      : connection;
  return { name, client, connection: new Secret<unknown>(placed), schema };
}
