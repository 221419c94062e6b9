import { inspect } from 'node:util';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Rivers } from './with-rivers.ts';

/** Everything that is left of runs where somebody could look: histories, tables, what was printed. */
export async function readTraces(
  house: Rivers,
  printed: readonly string[],
  targets: readonly string[] = [],
): Promise<string> {
  const { client } = house.temporal;
  const traces = [...printed];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = String(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
    const payloads = [...history.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
      Buffer.from(String(data), 'base64').toString(),
    );
    traces.push(history, ...payloads);
    const described = await client.workflow.getHandle(workflowId, runId).describe();
    traces.push(inspect(described, { depth: 9 }));
  }
  traces.push(await readTables(house, targets));
  return traces.join('\n');
}

/** Every row of every table, but of these. */
export async function readTables(house: Rivers, targets: readonly string[] = []): Promise<string> {
  const tables = (await house.warehouse.tables()).filter((name) => !targets.includes(name));
  const read: string[] = [];
  for (const table of tables) {
    const rows = await house.sql(`select * from "${table}"`);
    read.push(JSON.stringify(rows));
    // Postgres shows bytes, such as those of a packed page, by their digits.
    for (const value of rows.flatMap((row) => Object.values(row)))
      if (typeof value === 'string' && value.startsWith('\\x'))
        read.push(Buffer.from(value.slice(2), 'hex').toString('latin1'));
  }
  return read.join('\n');
}
