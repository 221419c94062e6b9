/** Each has windows of its own. */
export const apis = ['backfill', 'ten', 'kills', 'first', 'second', 'third'] as const;
/** Connections side by side, and the rivers that pull from them. */
export const sideBySide = ['first', 'second', 'third'] as const satisfies readonly Api[];
export type Api = (typeof apis)[number];

/** The rivers of the bench, and what they come to. */
export interface Rivers {
  /** As river.yaml has them. */
  readonly all: Readonly<Record<string, object>>;
  /** Calls of `backfill`, `tormented` and each of those side by side. */
  readonly backfill: number;
  /** Calls of `small`. */
  readonly small: number;
  /** Names of ten equal ones, by the action that each of them asks for. */
  readonly ten: ReadonlyMap<string, string>;
  /** Calls of each of the ten. */
  readonly each: number;
}

const groups = 10;
const smallDays = 5;

/** Rivers of about so many calls: `calls` of the backfill, as many of ten equal ones together. */
export function riversOf(calls: number): Rivers {
  const days = Math.ceil(calls / groups);
  const daysOfEach = Math.ceil(days / 10);
  const byAction = (connection: Api, action: number, period: number, table: string) => ({
    connection,
    report: 'customers-by-action',
    period: { start: '2026-01-01', end: dayAfter('2026-01-01', period - 1) },
    chunks: { every: 'daily', size: 4 },
    filters: { actions: [action] },
    target: { table },
  });
  const ten = Array.from({ length: 10 }, (_, k) => 20 + k);
  return {
    all: {
      backfill: byAction('backfill', 12, days, 'backfill'),
      tormented: byAction('kills', 12, days, 'tormented'),
      ...Object.fromEntries(sideBySide.map((api) => [api, byAction(api, 12, days, api)])),
      small: {
        connection: 'backfill',
        report: 'promo-codes',
        period: { start: '2026-01-01', end: dayAfter('2026-01-01', smallDays - 1) },
        target: { table: 'small' },
      },
      ...Object.fromEntries(
        ten.map((action) => [`equal-${action}`, byAction('ten', action, daysOfEach, `equal_${action}`)]),
      ),
    },
    backfill: days * groups,
    small: smallDays,
    ten: new Map(ten.map((action) => [String(action), `equal-${action}`])),
    each: daysOfEach * groups,
  };
}

export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
