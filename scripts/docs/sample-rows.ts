import type { Report } from '#domain/catalogue/report';
import { type Column, snakeCase } from '#domain/column/column';
import type { Slug } from '#simulator/world/expected/expected-rows';
import type { Wanted } from '#simulator/world/expected/loops';
import { createWorld } from '#simulator/world/world';

/** Everything of the row follows from this: the page must not change with the day on which it is written. */
const world = createWorld({
  seed: 1,
  firstDay: '2026-01-01',
  lastDataUpdate: '2026-01-31',
  unfinishedDays: 'partial',
});

const wanted: Wanted = {
  days: ['2026-01-01', '2026-01-02', '2026-01-03'],
  changedAttributes: ['Country'],
  events: [2],
  activityEvents: ['purchase'],
  snapshotDay: '2026-01-31',
};

/** A row of the report as the simulator makes it, by column: the one with the most values among the first. */
export function sampleRow(report: Report): ReadonlyMap<string, string> {
  const rows = world.rows(report.slug as Slug, wanted).slice(0, 100);
  const named = rows.map(
    (row) => new Map(Object.entries(row).map(([key, value]) => [snakeCase(key).replaceAll('_', ''), value])),
  );
  const filled = named.map((row) => readValues(report.columns, row));
  const [first = new Map<string, string>(), ...others] = filled;
  return others.reduce((fullest, row) => (row.size > fullest.size ? row : fullest), first);
}

/** The values of a row that are not null, each for its column; a list stands for its first item. */
function readValues(
  columns: readonly Column[],
  row: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  return new Map(
    columns.flatMap(({ name, source, alsoSpelled = [] }) => {
      const keys = [name, source, ...alsoSpelled].map((key) => snakeCase(key).replaceAll('_', ''));
      const found = keys.map((key) => row.get(key)).find((value) => value !== undefined);
      const value = Array.isArray(found) ? found[0] : found;
      return value === null || value === undefined || value === '' ? [] : [[name, String(value)]];
    }),
  );
}
