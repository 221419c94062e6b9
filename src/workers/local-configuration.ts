import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The API key of a simulator that River starts itself; it protects nothing. */
export const simulatorKey = 'simulator-key';

/** The river that the demonstration runs. */
export const demoRiver = 'customers-by-action';

/** Two of the simulator's actions. */
export const demoActions: readonly number[] = [12, 15];

/** Writes a `river.yaml` for the simulator into a folder, with a SQLite warehouse beside it, and returns its path. */
export async function writeLocalConfiguration(folder: string, simulatorUrl: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'simulator.key'), `${simulatorKey}\n`);
  const file = join(folder, 'river.yaml');
  await writeFile(file, configuration(simulatorUrl));
  return file;
}

const configuration = (
  simulatorUrl: string,
): string => `# Rivers from the simulator into a SQLite file beside this one. Each start overwrites this file: copy it to change it.
connections:
  main:
    baseUrl: ${simulatorUrl}
    auth: { apiKey: "file:./simulator.key" }
    budget: [{ calls: 2000, per: 1h }, { calls: 50, per: 10s }]

warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }

defaults: { connection: main }

rivers:
  ${demoRiver}:
    report: customers-by-action
    period: { start: 2026-01-01, end: 2026-01-08 }
    chunks: { every: daily, size: 4 }
    filters: { actions: [${demoActions.join(', ')}], customerAttributes: [Country, Currency] }
    target: { warehouse: local, table: customers_by_action }

  executed-campaigns:
    report: executed-campaign-details
    period: { start: 2026-01-01, end: 2026-01-31 }
    chunks: { every: daily, size: 10 }
    target: { warehouse: local, table: executed_campaigns }

  target-groups:
    report: target-group-details
    target: { warehouse: local, table: target_groups }
`;
