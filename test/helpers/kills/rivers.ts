import type { LoadMode } from '#domain/river/target';
import type { Slug } from '#simulator/world/expected/expected-rows';
import { daysBetween } from '../days-between.ts';

export const databases = ['sqlite', 'pg'] as const;
export type DatabaseKind = (typeof databases)[number];

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
 * One for each database and load mode. `append` has a table for each round, `replace` fills its own again and again.
 * Half of them have a chunk of ten slices, which many workers share; the others many chunks of one.
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
  const replace = (kind: DatabaseKind) => ({ ...named(`replace_${kind}`), kind, load: 'replace' as const });
  const append = (kind: DatabaseKind) => ({
    ...named(`append_${kind}_${round}`),
    kind,
    load: 'append' as const,
  });
  return [
    { ...replace('sqlite'), ...byAction(12) },
    { ...append('sqlite'), ...details },
    { ...replace('pg'), ...oneTime },
    { ...append('pg'), ...byAction(15) },
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
