/** A row of `river_runs` and the run that it stores; what another version of River has written, as far as this one can read it. */

import type { Knex } from 'knex';
import type { Selection } from '#domain/call/selection';
import { type River, RiverSetting } from '#domain/river/river';
import type { Freshness } from '#domain/run/freshness';
import type { RunStatus, Warning } from '#domain/run/run-result';
import type { SaltFingerprints, StoredRun } from '#domain/run/stored-run';
import type { Books, Row } from '../dialect.ts';
import { readJson } from '../stored-values.ts';

/** The runs into this warehouse: its books may be those of others as well. */
export const runsOfWarehouse = (books: Books): Knex.QueryBuilder<Row, Row[]> =>
  books.from('river_runs').where({ warehouse: books.keptFor });

export function toStoredRun(row: Row): StoredRun {
  const { river, unread } = readRiver(row);
  const selection = readJson<Selection>(row.selection);
  const warnings = readJson<readonly Warning[]>(row.warnings);
  const freshness = readJson<Freshness>(row.freshness);
  const salts = readJson<SaltFingerprints>(row.salts);
  return {
    runId: String(row.run_id),
    workflowId: String(row.workflow_id),
    river,
    period:
      row.period_start === null ? null : { start: String(row.period_start), end: String(row.period_end) },
    day: String(row.day),
    startedAt: String(row.started_at),
    status: row.state as RunStatus,
    finishedAt: row.finished_at === null ? null : String(row.finished_at),
    retryOf:
      row.retry_of === null
        ? null
        : { runId: String(row.retry_of), workflowId: String(row.retry_of_workflow) },
    selection: selection ?? null,
    ...(Array.isArray(warnings) ? { listWarnings: warnings } : {}),
    ownFilters: Boolean(row.own_filters),
    ...(freshness ? { freshness } : {}),
    ...(salts ? { salts } : {}),
    ...(unread === undefined ? {} : { unread }),
  };
}

/** The river as it was stored, and what of it this version does not know. */
function readRiver(row: Row): { readonly river: River; readonly unread?: string } {
  const stored = readJson(row.settings);
  const { name = String(row.river), ...setting } = (typeof stored === 'object' ? { ...stored } : {}) as {
    name?: string;
  };
  const read = RiverSetting.safeParse(setting);
  if (read.success) return { river: { name, ...read.data } };
  const unread = [...new Set(read.error.issues.map(toPath))].join(', ') || 'settings';
  const known = structuredClone(setting);
  for (const { path, ...issue } of read.error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
    for (const at of keys) remove(known, at);
  }
  const { report, connection } = row;
  const target = { warehouse: 'unknown', table: 'unknown', ...Reflect.get(known, 'target') };
  const cut = RiverSetting.safeParse({ report, connection, ...known, target });
  const river =
    cut.data ??
    RiverSetting.parse({
      report: String(report),
      connection: 'unknown',
      target: { warehouse: 'unknown', table: 'unknown' },
    });
  return { river: { name, ...river }, unread };
}

type Issue = NonNullable<ReturnType<typeof RiverSetting.safeParse>['error']>['issues'][number];

const toPath = ({ path, ...issue }: Issue): string =>
  (issue.code === 'unrecognized_keys' ? issue.keys : [''])
    .map((key) => [...path, key].filter((part) => part !== '').join('.'))
    .join(', ');

function remove(from: object, path: readonly PropertyKey[]): void {
  let at: unknown = from;
  for (const key of path.slice(0, -1))
    at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined;
  const key = path.at(-1);
  if (typeof at === 'object' && at !== null && key !== undefined) Reflect.deleteProperty(at, key);
}
