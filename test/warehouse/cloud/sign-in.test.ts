import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import type { WarehouseSetting } from '#domain/river/configuration';
import { Secret } from '#domain/secret';
import { openWarehouse } from '#warehouse/open-warehouse';
import { withFolder } from '../../helpers/folder.ts';

/** With a passphrase that nobody knows. */
const locked = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a secret' },
}).privateKey;
const ofAnotherKind = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;

const snowflake = { account: 'a', username: 'u', database: 'd', authenticator: 'SNOWFLAKE_JWT' };
const noKey = 'private_key and client_email are required';
const wrongKey = 'the private key cannot be read; it, or its passphrase, is a wrong one';

test.each([
  ['bigquery', 'a key file without a key', '{}', { projectId: 'p' }, noKey],
  ['bigquery', 'a folder', undefined, { projectId: 'p' }, 'EISDIR'],
  [
    'bigquery',
    'a key that is none',
    JSON.stringify({ type: 'service_account', client_email: 'a@b.example', private_key: 'none-at-all' }),
    { projectId: 'p' },
    wrongKey,
  ],
  ['snowflake', 'a locked key', locked, snowflake, wrongKey],
  ['snowflake', 'another passphrase', locked, { ...snowflake, privateKeyPass: 'another-one' }, wrongKey],
  ['snowflake', 'a key of another kind', ofAnotherKind, snowflake, 'Unknown key type'],
  ['snowflake', 'a folder', undefined, snowflake, 'EISDIR'],
  [
    'snowflake',
    'an address that is none',
    locked,
    { ...snowflake, accessUrl: 'none' },
    'Invalid accessUrl. The specified value must be a string',
  ],
] as const)(
  '%s: %s is a setting that a person has to change, and says what is wrong',
  (client, _of, content, given, words) =>
    withFolder(async (folder) => {
      const path = content === undefined ? folder : join(folder, 'key.json');
      if (content !== undefined) await writeFile(path, content);
      const connection = { ...given, [client === 'bigquery' ? 'keyFilename' : 'privateKeyPath']: path };
      const common = { keepCallsForMs: 86_400_000 };
      const filename = join(folder, 'books.db');
      const setting: WarehouseSetting = {
        ...common,
        name: 'cloud',
        client,
        connection: new Secret(connection),
        schema: 's',
        books: {
          ...common,
          name: 'books',
          client: 'better-sqlite3',
          connection: new Secret({ filename }),
          schema: undefined,
        },
      };
      const warehouse = await openWarehouse(setting);
      try {
        const refused = await warehouse.checkWarehouse().catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(ConfigurationError);
        expect((refused as Error).message).toContain(`cannot be used as it is configured: ${words}`);
        expect((refused as Error).message).not.toMatch(/none-at-all|another-one/);
      } finally {
        await warehouse.close();
      }
    }),
);
