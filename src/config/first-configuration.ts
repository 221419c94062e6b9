import { stringify } from 'yaml';
import type { Filters } from '#domain/river/filters';
import type { PeriodSetting } from '#domain/river/period-setting';
import type { ChunkSetting } from '#domain/river/river';
import type { WarehouseClient } from '#domain/river/target';

/** What a first configuration is made of. */
export interface FirstConfiguration {
  /** Where the schema lies, as the first line names it for editors. */
  readonly schema: string;
  readonly baseUrl: string;
  /** The river's name. */
  readonly river: string;
  readonly report: { readonly slug: string; readonly title: string; readonly purpose: string };
  /** Left out for a report without a period. */
  readonly period?: Readonly<Record<string, unknown>> & Partial<PeriodSetting>;
  readonly chunks?: ChunkSetting;
  readonly filters: Readonly<Record<string, unknown>> & Partial<Filters>;
  /** What the values of a filter are called, by filter: it follows them as a comment. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly warehouse: { readonly client: WarehouseClient; readonly schema?: string };
  readonly table: string;
}

/** The variables that the first configuration refers to. */
export const firstVariables = { apiKey: 'OPTIMOVE_API_KEY', warehouse: 'WAREHOUSE_URL' } as const;

/** A commented `river.yaml` with one river. */
export function writeFirstConfiguration(first: FirstConfiguration): string {
  const { schema, baseUrl, river, report, period, chunks, filters, names = {}, warehouse, table } = first;
  const isPostgres = warehouse.client === 'pg';
  const warehouseName = isPostgres ? 'prod' : 'local';
  const connection = isPostgres
    ? `"\${${firstVariables.warehouse}}"`
    : '{ filename: ./warehouse.db } # relative to this file';
  const chosen = Object.entries(filters);
  return `# yaml-language-server: $schema=${schema}
# The first line tells editors where the schema lies: they complete and check this file by it.
# docs/configuration.md explains every key. Try what you change with: river check

connections:
  main:
    baseUrl: ${inline(baseUrl)}
    auth: { apiKey: "\${${firstVariables.apiKey}}" } # from the environment or .env; also "file:<path>" or "exec:<command>", never the key itself
    budget: # calls of all workers together; every window holds at once
      - { calls: 2000, per: 1h }
      - { calls: 50, per: 10s }

warehouses:
  ${warehouseName}:
    client: ${warehouse.client}
    connection: ${connection}
${isPostgres ? `    schema: ${inline(warehouse.schema ?? 'optimove')} # the rivers' tables and the manifest; made if it is not there\n` : ''}
# What every river has unless it says otherwise.
defaults:
  connection: main
  target: { warehouse: ${warehouseName} }

rivers:
  # ${report.title}: ${report.purpose}
  ${inline(river)}:
    report: ${report.slug}
${period ? `    period: ${inline(period)}${commentOf(describePeriod(period))}\n` : ''}${chunks ? `    chunks: ${inline(chunks)} # loaded as one unit each\n` : ''}${
  chosen.length === 0
    ? ''
    : `    filters:\n${chosen
        .map(([name, value]) => `      ${name}: ${inline(value)}${commentOf(names[name]?.join(', '))}\n`)
        .join('')}`
}    target: { table: ${inline(table)} } # load: replace; also append, overwrite or merge
    # columns: { customer_id: { hash: "\${PII_SALT}" } } # leave out, rename, type or hash columns
    # schedule: { cron: "0 6 * * *", timezone: Europe/London } # then: river schedule apply
`;
}

/** The variables that it needs, for a `.env` beside it. */
export function writeEnvExample({ warehouse }: Pick<FirstConfiguration, 'warehouse'>): string {
  return `# Copy this to .env and fill it in. Keep .env out of version control.
# A value with a "#" or a blank in it must stand in quotes.

# The API key of Optimove
${firstVariables.apiKey}=
${
  warehouse.client === 'pg'
    ? `
# The warehouse
${firstVariables.warehouse}=postgres://user:password@127.0.0.1:5432/warehouse
`
    : ''
}
# Where Temporal is, if it is not on this machine
# TEMPORAL_ADDRESS=127.0.0.1:7233
`;
}

/** A value in one line of YAML. */
const inline = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', flowCollectionPadding: true, lineWidth: 0 }).trimEnd();

/** A comment ends with its line, whatever a name of the API has in it. */
const commentOf = (text: string | undefined): string =>
  text === undefined || text === '' ? '' : ` # ${text.replace(/\s+/g, ' ').slice(0, 200)}`;

function describePeriod({ start, end, predefined, track }: Partial<PeriodSetting>): string {
  if (predefined !== undefined) return 'counted from the day of each run';
  if (start !== undefined && end === undefined && track !== false)
    return 'without an end: each run loads the days that are missing';
  return 'first and last day, both included';
}
