import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConfigurations } from '#config/watch-configuration';
import { CredentialsRefusedError } from '#domain/errors';
import { createOptimove } from '#optimove/create-optimove';
import { readingSecretsAgain } from '#workers/read-secrets-again';
import { aFile } from '../helpers/a-configuration.ts';
import { aCall, aLimiter, failureOf } from '../helpers/an-optimove.ts';
import { withFolder } from '../helpers/folder.ts';
import { withServer } from '../helpers/with-server.ts';

const never = new AbortController().signal;

test('a key that is refused is read again, and the call made once more with it where it is another one', () =>
  withFolder((folder) =>
    withServer(
      ({ headers }, response) => response.writeHead(headers['x-api-key'] === 'new' ? 200 : 401).end('[]'),
      async (url, seen) => {
        const file = join(folder, 'river.yaml');
        const text = aFile.replace('https://api4.optimove.net/current', url);
        await writeFile(file, text.replace(`"\${KEY}"`, '"exec:cat ./key"'));
        await writeFile(join(folder, 'key'), 'old\n');
        let now = 0;
        const configurations = createConfigurations({ file, env: process.env, now: () => now });
        const get = async (name: string) => {
          const connection = (await configurations.current()).connections.get(name);
          if (!connection) throw new Error('it is there');
          const optimove = createOptimove(connection, aLimiter());
          return {
            connection,
            optimove,
            windows: () => [],
            seenPages: {} as never,
            outages: () => ({}) as never,
          };
        };
        const request = async () => {
          const { optimove } = await readingSecretsAgain(configurations, get, 'main');
          const passage = { signal: never, abort: never, run: 'run', record: () => {} };
          return optimove.request(aCall({ pages: false }), undefined, passage);
        };
        const keys = () => seen.map(({ headers }) => headers['x-api-key']);

        expect(await failureOf(request())).toBeInstanceOf(CredentialsRefusedError);
        expect(keys()).toEqual(['old']);
        await writeFile(join(folder, 'key'), 'new\n');
        now += 60_000;
        expect((await request()).rows).toEqual([]);
        expect(keys()).toEqual(['old', 'old', 'new']);
      },
    ),
  ));
