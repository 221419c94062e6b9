import type { LoadMode } from '#domain/river/target';
import type { Slug } from '#simulator/world/expected/expected-rows';
import { daysBetween } from '../days-between.ts';

/** The warehouses: two that keep their books, and `apart`, a schema of Postgres whose books lie in `pg`. */
export const databases = ['sqlite', 'pg', 'apart'] as const;
export type DatabaseKind = (typeof databases)[number];
export const keepBooks: readonly DatabaseKind[] = ['sqlite', 'pg'];

/** A river that is pulled while things are killed. The endpoint is its own among them, or the action: the API's log tells whose a call is. */
export interface TormentedRiver {
  readonly name: string;
  readonly kind: DatabaseKind;
  readonly load: LoadMode;
  readonly table: string;
  readonly report: Slug;
  readonly endpoint: string;
  readonly actions?: readonly number[];
  readonly days: readonly string[];
  /** The calls that it takes. */
  readonly calls: number;
}

/**
 * Two load modes in each warehouse, in even rounds `replace` and `append`, in odd ones `merge` and `overwrite`. `append` and `merge` have
 * a table for each round, the others fill their own again and again. Some have a chunk of ten slices, which many workers share;
 * the others many chunks of one.
 */
export function riversOfRound(round: number, dayCount: number): TormentedRiver[] {
  const few = daysOf(Math.ceil(dayCount / 10));
  const many = daysOf(dayCount);
  const byAction = (action: number) => ({
    report: 'customers-by-action' as const,
    endpoint: 'customers/GetCustomersByAction',
    actions: [action],
    days: few,
    calls: few.length * 10,
  });
  const details = {
    report: 'customer-action-details-by-date' as const,
    endpoint: 'customers/GetCustomerActionDetailsByDate',
    days: many,
    calls: many.length,
  };
  const oneTime = {
    report: 'customer-one-time-actions-by-date' as const,
    endpoint: 'customers/GetCustomerOneTimeActionsByDate',
    days: many,
    calls: many.length,
  };
  const again = (load: LoadMode, kind: DatabaseKind) => ({ ...named(`${load}_${kind}`), kind, load });
  const anew = (load: LoadMode, kind: DatabaseKind) => ({ ...named(`${load}_${kind}_${round}`), kind, load });
  const [full, added] =
    round % 2 === 0 ? (['replace', 'append'] as const) : (['overwrite', 'merge'] as const);
  return [
    { ...again(full, 'sqlite'), ...byAction(12) },
    { ...anew(added, 'sqlite'), ...details },
    { ...again(full, 'pg'), ...oneTime },
    { ...anew(added, 'pg'), ...byAction(15) },
    { ...again(full, 'apart'), ...byAction(18) },
    { ...anew(added, 'apart'), ...byAction(21) },
  ];
}

const named = (name: string) => ({ name, table: name });

function daysOf(count: number): string[] {
  const last = new Date(Date.parse('2026-01-01') + (count - 1) * 86_400_000).toISOString().slice(0, 10);
  return daysBetween('2026-01-01', last);
}

/** The river whose run comes after all others: it cleans what they have left. */
export const lastRiverOf = (kind: DatabaseKind): string => `last_${kind}`;

/** The rivers of so many rounds. */
export const riversOfRounds = (rounds: number, dayCount: number): TormentedRiver[] =>
  Array.from({ length: rounds }, (_, round) => riversOfRound(round, dayCount)).flat();

/** Rivers as river.yaml has them, with the last ones. */
export function settingsOf(rivers: readonly TormentedRiver[]): Readonly<Record<string, object>> {
  return Object.fromEntries<object>([
    ...rivers.map(
      ({ name, kind, load, table, report, actions, days }) =>
        [
          name,
          {
            report,
            period: { start: days[0], end: days.at(-1) },
            chunks: { every: 'daily', size: daysOfChunk },
            ...(actions ? { filters: { actions } } : {}),
            target: { warehouse: kind, table, load },
          },
        ] as const,
    ),
    ...databases.map(
      (kind) =>
        [
          lastRiverOf(kind),
          { report: 'execution-channels', target: { warehouse: kind, table: lastRiverOf(kind) } },
        ] as const,
    ),
  ]);
}

export const daysOfChunk = 2;
