import { compareRows } from '../compare-rows.ts';
import type { KillHouse } from './house.ts';
import { daysOfChunk, type TormentedRiver } from './rivers.ts';

/** A run that has closed. */
export interface EndedRun {
  readonly runId: string;
  /** As Temporal calls it. */
  readonly status: string;
}

/** What is wrong with a river after its run: its end, its table against what the simulator was made with, and its manifest. */
export async function checkRiver(
  { simulator, ask }: KillHouse,
  { name, kind, table, report, actions, days }: TormentedRiver,
  run: EndedRun,
): Promise<{ readonly rows: number; readonly faults: readonly string[] }> {
  const faults: string[] = [];
  const expectSame = (what: string, is: unknown, wanted: unknown) => {
    const [left, right] = [JSON.stringify(is), JSON.stringify(wanted)];
    if (left !== right) faults.push(`${name}: ${what} is ${left} and should be ${right}.`);
  };
  expectSame('the end of the run', run.status, 'COMPLETED');
  if (run.status !== 'COMPLETED') return { rows: 0, faults };

  const sql = ask[kind];
  const wantedOf = (ofDays: readonly string[]) => ({ days: ofDays, ...(actions && { actions }) });
  const made = simulator.world.rows(report, wantedOf(days));
  const held = await sql(`select * from "${table}"`);
  const { missing, surplus } = compareRows({ made, held });
  if (missing.length > 0) faults.push(`${name} lacks rows, such as ${missing[0]}.`);
  if (surplus.length > 0) faults.push(`${name} has rows too many, such as ${surplus[0]}.`);
  expectSame('the runs of its rows', [...new Set(held.map(({ _run_id: id }) => id))], [run.runId]);

  const wanted = Object.fromEntries(
    days.map((day) => [day, simulator.world.rowCount(report, wantedOf([day]))]),
  );
  const inTable = Object.fromEntries(
    days.map((day) => [day, held.filter(({ date }) => date === day).length]),
  );
  expectSame('the rows of each day in the table', inTable, wanted);
  const ofDays = await sql(`select day, "rows" from river_days where river = '${name}' order by day`);
  const inDays = Object.fromEntries(ofDays.map(({ day, rows }) => [String(day), Number(rows)]));
  expectSame('the rows of each day in river_days', inDays, wanted);

  const [chunks] = await sql(
    `select count(*) as n, sum("rows") as total from river_chunks where run_id = '${run.runId}' and "state" = 'loaded'`,
  );
  expectSame('the count of loaded chunks', Number(chunks?.n), Math.ceil(days.length / daysOfChunk));
  expectSame('the count of rows in river_chunks', Number(chunks?.total), made.length);
  const [stored] = await sql(`select "state" from river_runs where run_id = '${run.runId}'`);
  expectSame('the state in river_runs', stored?.state, 'succeeded');
  return { rows: held.length, faults };
}
