import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ConfigurationError, WarehouseUnavailableError } from '#domain/errors';
import { Secret } from '#domain/secret';
import { BigQueryDriver } from '#warehouse/bigquery/driver';
import { failures as ofBigQuery } from '#warehouse/bigquery/failures';
import { toRiverError } from '#warehouse/database-failure';
import { failures as ofSnowflake } from '#warehouse/snowflake/failures';

const bigQuery = (code: number, reason: string, message: string) =>
  Object.assign(new Error(message), { code, errors: [{ reason }] });
const snowflake = (code: string, message: string) => Object.assign(new Error(message), { code });

test.each([
  [ofBigQuery, bigQuery(404, 'notFound', 'Not found: Project none'), 'Not found: Project none'],
  [ofBigQuery, bigQuery(400, 'invalid', "Invalid project ID 'No!'."), 'Invalid project ID'],
  [
    ofBigQuery,
    bigQuery(404, 'notFound', 'Not found: Dataset p:s was not found in location US'),
    'Not found: Dataset p:s was not found in location US',
  ],
  [
    ofSnowflake,
    snowflake('390189', "Role 'R' specified in the connect string does not exist or not authorized. Contact"),
    "Role 'R' specified in the connect string does not exist or not authorized",
  ],
  [
    ofSnowflake,
    snowflake('390201', 'The requested database does not exist or not authorized.'),
    'The requested database does not exist or not authorized',
  ],
  [
    ofSnowflake,
    snowflake('390422', 'Incoming request with IP/Token 1.2.3.4 is not allowed to access Snowflake.'),
    'Incoming request with IP/Token 1.2.3.4 is not allowed to access Snowflake',
  ],
] as const)(
  'what a wrong place, role or address is answered is a setting to change: %#',
  (failures, error, words) => {
    const told = toRiverError(error, failures, 'warehouse lake');
    expect(told).toBeInstanceOf(ConfigurationError);
    expect((told as Error).message).toContain(`cannot be used as it is configured: ${words}`);
  },
);

test('a page in place of an answer of BigQuery is a failure that passes, and none of the driver itself', async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = new Secret({ projectId: 'p', apiEndpoint: `http://127.0.0.1:${port}` });
  const setting = { name: 'lake', client: 'bigquery', connection, schema: 'd', keepCallsForMs: 0 } as const;
  const driver = new BigQueryDriver(() => setting);
  try {
    for (const asked of [
      () => driver.query('select 1'),
      () => driver.createTable('d', 't', {}),
      () => driver.readTable('d', 't'),
    ]) {
      const told = toRiverError(await asked().catch((error: unknown) => error), ofBigQuery, 'warehouse lake');
      expect(told).toBeInstanceOf(WarehouseUnavailableError);
      expect((told as Error).message).toContain('what has answered is not BigQuery');
    }
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
