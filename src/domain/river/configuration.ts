import type { BudgetWindow } from '../budget/window.ts';
import type { Secret } from '../secret.ts';
import type { NotifyEvent, River } from './river.ts';
import type { WarehouseClient } from './target.ts';

/** A proxy between River and a host, as the environment names it. */
export interface HttpProxy {
  /** May hold a user name and a password. */
  readonly url: Secret;
  /** Its host and port, for messages. */
  readonly place: string;
  /** The variable that names it. */
  readonly variable: string;
}

/** One Optimove tenant: base URL, credentials, call budget. */
export interface Connection {
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly auth:
    | { readonly kind: 'apiKey'; readonly apiKey: Secret }
    | { readonly kind: 'login'; readonly username: string; readonly password: Secret };
  /** Every window holds at once. */
  readonly budget: readonly BudgetWindow[];
  /** Calls in flight at once, for each worker process. */
  readonly maxConcurrentCalls: number;
  /** Rows asked for in one page. */
  readonly pageSize: number;
  readonly callTimeoutMs: number;
  /** Left out where it is called without one. */
  readonly proxy?: HttpProxy;
}

/** A SQL database; `client` and `connection` are Knex's own. */
export interface WarehouseSetting {
  readonly name: string;
  readonly client: WarehouseClient;
  /** Knex's connection: an object or a connection string. May hold a password. */
  readonly connection: Secret<unknown>;
  /** Schema of the target tables and the manifest; Postgres only. */
  readonly schema: string | undefined;
  /** How long the requests of a run that has ended are kept. */
  readonly keepCallsForMs: number;
  /** The warehouse that keeps manifest and staging for this one; left out where it keeps them itself. */
  readonly books?: WarehouseSetting;
}

/** Where notifications of a river's runs go. */
export interface Notify {
  readonly on: readonly NotifyEvent[];
  readonly webhook?: Secret;
  readonly slack?: Secret;
}

/** What a river hashes columns with; its secret is seen by nobody. */
export interface Salt {
  /** The same for the same salt; tells nothing of it. It is kept with each run, so that a change is noticed. */
  readonly fingerprint: string;
  /** HMAC-SHA-256 of a text, in hex. */
  hash(text: string): string;
}

/** The configuration file, read, checked and frozen. */
export interface Configuration {
  /** The file it came from. */
  readonly file: string;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly warehouses: ReadonlyMap<string, WarehouseSetting>;
  readonly rivers: ReadonlyMap<string, River>;
  /** By the reference that the file writes, such as `${SALT}`: rivers have only that. */
  readonly salts: ReadonlyMap<string, Salt>;
  /** By river; apart from the rivers, which are stored with their runs. */
  readonly notifications: ReadonlyMap<string, Notify>;
  /** The proxy for a notification's URL; undefined where there is none. Throws ConfigurationError where its variable is not a proxy's URL. */
  findProxy(url: string): HttpProxy | undefined;
}
