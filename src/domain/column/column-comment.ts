import type { Column, provenanceColumns } from './column.ts';

/** What a column of a river's table is, for people who look at the table: in its comment, and in dbt's sources. */
export function describeColumn({
  from,
  source,
  name,
  type,
}: Pick<Column, 'from' | 'source' | 'name' | 'type'>): string {
  switch (from) {
    case 'call':
      return `${requested[name] ?? `${source} of the call`}: the API does not repeat it in its rows.`;
    case 'attribute':
      return `Customer attribute ${source}, as the API writes it.`;
    case 'answer':
      return `${source} of the API's answer${type === 'timestamp' ? ', in the time zone of the API, which it does not name' : ''}.`;
  }
}

/** Columns that bear no parameter's name. */
const requested: Readonly<Record<string, string>> = {
  date: 'The day that was asked for',
  end_date: 'The day that was asked for',
  found_on: 'The day on which the campaign was found',
  data_date: "The day up to which Optimove's data was complete",
  snapshot_date: 'The day on which the rows were pulled',
};

export const provenanceComments: Readonly<Record<(typeof provenanceColumns)[number], string>> = {
  _river: 'The river that has loaded the row.',
  _run_id: 'The run that has loaded the row: run_id in the river_… tables.',
  _chunk: 'First and last day of the chunk with which the row was loaded; null in a report without days.',
  _loaded_at: 'When the row was loaded, in UTC.',
};
