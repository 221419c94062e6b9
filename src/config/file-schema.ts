import { z } from 'zod';
import { durationMs } from '#domain/duration';
import { accepted, Duration } from '#domain/river/accepted';
import { RiverFileSetting, RiverPart } from '#domain/river/river';

/** Names of connections, warehouses and rivers must fit a command line, a log line and a table. */
const Name = z
  .string()
  .regex(/^(?!-)(?!\s)[^\p{Cc}]{1,100}(?<!\s)$/u)
  .register(accepted, {
    words: 'a name of 1 to 100 characters that begins with no "-" and has no spaces around it',
  });

const PositiveDuration = Duration.refine((text) => durationMs(text) > 0).register(accepted, {
  words: 'a duration above 0, such as 10s or 1h',
});

const Text = z.string().min(1).register(accepted, { words: 'text' });
const aboveZero = { words: 'a whole number above 0' };

export const AuthSetting = z.strictObject({
  apiKey: Text.optional().describe(`The API key: "\${NAME}", "file:<path>" or "exec:<command>".`),
  username: Text.optional().describe('For tenants that still sign in with a login.'),
  password: Text.optional().describe(`Needed with username: "\${NAME}", "file:<path>" or "exec:<command>".`),
});

const WindowSetting = z.strictObject({
  calls: z.int().min(1).register(accepted, aboveZero).describe('At most so many calls …'),
  per: PositiveDuration.describe('… in any rolling interval of this length.'),
});

export const ConnectionSetting = z.strictObject({
  baseUrl: Text.describe('Where the API answers, such as https://api4.optimove.net/current.'),
  auth: AuthSetting.describe('Either apiKey, or username and password.'),
  budget: z
    .array(WindowSetting)
    .min(1)
    .register(accepted, { words: 'a list of windows, such as [{ calls: 50, per: 10s }]' })
    .default([
      { calls: 2000, per: '1h' },
      { calls: 50, per: '10s' },
    ])
    .describe('How many calls all workers together may send. All windows hold at the same time.'),
  maxConcurrentCalls: z
    .int()
    .min(1)
    .max(1_000)
    .register(accepted, { words: 'a whole number from 1 to 1000' })
    .default(8)
    .describe('Calls in flight at the same time, for each worker process.'),
  pageSize: z
    .int()
    .min(1)
    .max(1_000_000)
    .register(accepted, { words: 'a whole number from 1 to 1000000' })
    .default(10_000)
    .describe('Rows requested in one page.'),
  callTimeout: PositiveDuration.default('5m').describe('How long a call may take.'),
});
export type ConnectionSetting = z.infer<typeof ConnectionSetting>;

export const WarehouseFileSetting = z.strictObject({
  client: z
    .enum(['better-sqlite3', 'pg', 'bigquery', 'snowflake'])
    .describe(
      "The database, by Knex's name for its driver; bigquery and snowflake are River's own, and need their drivers, @google-cloud/bigquery and snowflake-sdk, installed where River is.",
    ),
  connection: z
    .union([Text, z.record(z.string(), z.unknown())])
    .register(accepted, { words: 'a connection string or a map, as Knex or the driver takes them' })
    .describe(
      `A map such as { filename: ./warehouse.db }, or a string such as "\${WAREHOUSE_URL}". BigQuery: a map of the driver's own settings, such as { projectId: my-project, keyFilename: ./key.json }. Snowflake: the same, such as { account: my-account, username: RIVER, authenticator: SNOWFLAKE_JWT, privateKeyPath: ./key.p8, warehouse: LOADING, role: RIVER, database: ANALYTICS }.`,
    ),
  schema: Text.optional().describe(
    "The schema of the rivers' tables and of the manifest. Postgres: left out, it is the first one in the search path of the connection (public). BigQuery: the dataset; required. Snowflake: the schema in connection.database; required.",
  ),
  books: Name.optional().describe(
    'The warehouse, by its name in this file, that keeps manifest and staging for this one. SQLite only where all workers are on one machine. Left out: this one keeps them itself, which BigQuery and Snowflake cannot.',
  ),
  keepCallsFor: PositiveDuration.default('90d').describe(
    'How long `river_calls` keeps the requests of a run that has ended. They are deleted when a later run ends.',
  ),
});
export type WarehouseFileSetting = z.infer<typeof WarehouseFileSetting>;

const descriptions = {
  connections: 'Optimove tenants, by name.',
  warehouses: 'SQL databases, by name.',
  defaults: 'Defaults of every river, key by key.',
  rivers: 'Rivers, by name: connection + report + period + chunks + filters + target.',
};

/** The configuration file after `defaults:` is merged into its rivers. */
export const ConfigurationFile = z.strictObject({
  connections: z.record(Name, ConnectionSetting).describe(descriptions.connections),
  warehouses: z.record(Name, WarehouseFileSetting).describe(descriptions.warehouses),
  defaults: RiverPart.default({}).describe(descriptions.defaults),
  rivers: z.record(Name, RiverFileSetting).default({}).describe(descriptions.rivers),
});
export type ConfigurationFile = z.infer<typeof ConfigurationFile>;

/** The file as it is written: what a river leaves out may stand under `defaults:`. Editors complete by this schema. */
export const WrittenFile = ConfigurationFile.extend({
  rivers: z.record(Name, RiverPart).default({}).describe(descriptions.rivers),
});

/** The sound parts of a file that has faults. */
export const SoundFile = z
  .strictObject({
    connections: z.record(Name, ConnectionSetting.partial()),
    warehouses: z.record(Name, WarehouseFileSetting.partial()),
    defaults: RiverPart,
    rivers: z.record(Name, RiverPart),
  })
  .partial();
export type SoundFile = z.infer<typeof SoundFile>;
