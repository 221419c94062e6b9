import { join } from 'node:path';
import { freePort } from '#workers/services/free-port';
import { type Emulator, startEmulator } from './start-emulator.ts';

const fakesnow = '0.12.1';
const packages = [`fakesnow[server]==${fakesnow}`, 'snowflake-connector-python==3.18.1', 'duckdb==2.0.1'];

/**
 * An emulated Snowflake: fakesnow over DuckDB, with what `snowflake-server.py` adds. It shows what a statement does, not what transactions
 * do to each other, nor rights and costs.
 */
export async function startSnowflake(): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return startEmulator({
    of: 'Snowflake',
    folder: `fakesnow-${fakesnow}`,
    packages,
    args: [join(import.meta.dirname, 'snowflake-server.py'), String(port)],
    url,
    isReady: () => fetch(`${url}/ready`).then(() => true),
  });
}
