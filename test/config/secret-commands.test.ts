import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '#config/load-configuration';
import { createSecretCommands, splitWords } from '#config/secret-commands';
import { createConfigurations } from '#config/watch-configuration';
import { aFile } from '../helpers/a-configuration.ts';
import { withFolder } from '../helpers/folder.ts';

test.each([
  ['vault kv get  -field=key secret/river', ['vault', 'kv', 'get', '-field=key', 'secret/river']],
  [`op read 'op://My Vault/key' --account="a b"`, ['op', 'read', 'op://My Vault/key', '--account=a b']],
  [`a "" 'it"s'`, ['a', '', 'it"s']],
  ['', []],
])('the words of %s', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

/** A folder with a program `secret` in it and a file whose key that program prints. */
const withProgram = <T>(
  program: string,
  use: (file: string, write: (text: string) => Promise<void>) => Promise<T>,
) =>
  withFolder(async (folder) => {
    const path = join(folder, 'secret');
    const write = async (text: string) => {
      await writeFile(path, `#!/bin/sh\n${text}\n`);
      await chmod(path, 0o755);
    };
    await write(program);
    const file = join(folder, 'river.yaml');
    await writeFile(file, aFile.replace(`"\${KEY}"`, `"exec:./secret of 'two words' '\${NAME}' $HOME"`));
    return use(file, write);
  });
const env = { NAME: 'a  name', PATH: process.env.PATH };

const keyIn = (configuration: Awaited<ReturnType<typeof loadConfiguration>>) => {
  const auth = configuration.connections.get('main')?.auth;
  return auth?.kind === 'apiKey' ? auth.apiKey.reveal() : undefined;
};

test('the secret is what the command prints, without its last line break; no shell reads its arguments', () =>
  withProgram(`printf '%s|' "$@" | tr ' ' '_'; pwd | sed 's:.*/river-.*:here:'`, async (file) => {
    const key = keyIn(await loadConfiguration({ file, env }));
    expect(key).toBe('of|two_words|a__name|$HOME|here');
  }));

describe('a command that gives no secret is a fault that names it, and nothing of what it said', () => {
  test.each([
    ['echo s3cret; echo s3cret >&2; exit 4', 'ended with exit code 4; run it by hand to see why'],
    ['kill -9 $$', 'ended with SIGKILL; run it by hand to see why'],
    ['true', 'printed nothing'],
    ['echo', 'printed nothing'],
    ['echo s3cret; sleep 30 & sleep 30', 'did not end within 0.5 s'],
    ['yes s3cret', 'printed more than 1 MB, which cannot be a secret'],
  ])('%s', (program, why) =>
    withProgram(program, async (file) => {
      const startedAt = performance.now();
      const failure = await loadConfiguration({ file, env, commands: createSecretCommands(500) }).catch(
        (error: unknown) => error,
      );
      expect(String(failure)).toContain(
        `connections.main.auth.apiKey: the command "./secret" of exec: ${why}`,
      );
      expect(String(failure)).not.toContain('s3cret');
      expect(performance.now() - startedAt).toBeLessThan(28_000);
    }),
  );

  test.each([
    ['exec:no-such-program-here', 'the command "no-such-program-here" of exec: was not found'],
    [
      'exec:./river.yaml',
      'the command "./river.yaml" of exec: cannot be started (permission denied): make the file executable',
    ],
    ['"exec: "', 'expected a command after "exec:"'],
  ])('%s', (reference, why) =>
    withFolder(async (folder) => {
      const file = join(folder, 'river.yaml');
      await writeFile(file, aFile.replace(`"\${KEY}"`, reference));
      await expect(loadConfiguration({ file, env })).rejects.toThrow(why);
    }),
  );
});

describe('commands', () => {
  const counting = 'echo x >> runs; wc -l < runs | tr -d " "';

  test('are run once, whatever changes in the file, and again when somebody was refused', () =>
    withProgram(counting, async (file) => {
      let now = 0;
      const configurations = createConfigurations({ file, env, now: () => now });
      const first = await configurations.current();
      expect(keyIn(first)).toBe('1');
      now += 60_000;
      await writeFile(file, (await readFile(file, 'utf8')).replace('size: 4', 'size: 5'));
      expect(keyIn(await configurations.current())).toBe('1');
      expect(keyIn(await configurations.readSecretsAgain())).toBe('2');
      // Everybody who is refused at once has the one answer, and who is refused again just after it as well.
      const again = await Promise.all([1, 2, 3].map(() => configurations.readSecretsAgain()));
      expect(again.map(keyIn)).toEqual(['2', '2', '2']);
      expect(keyIn(await configurations.current())).toBe('2');
    }));

  test('that print the same, or fail now, change nothing', () =>
    withProgram('echo the-key', async (file, write) => {
      let now = 0;
      const faults: string[] = [];
      const onFault = (fault: Error) => faults.push(fault.message);
      const configurations = createConfigurations({ file, env, now: () => now, onFault });
      const first = await configurations.current();
      now += 60_000;
      expect(await configurations.readSecretsAgain()).toBe(first);
      await write('exit 3');
      now += 60_000;
      expect(await configurations.readSecretsAgain()).toBe(first);
      expect(faults).toEqual([
        'the command "./secret" of exec: ended with exit code 3; run it by hand to see why; its earlier output stays in use.',
      ]);
    }));

  test('that are the same are run once for all', () =>
    withFolder(async (folder) => {
      const commands = createSecretCommands();
      const run = () => commands.run(['sh', '-c', counting], { folder, env });
      expect(await Promise.all([run(), run()])).toEqual([{ secret: '1' }, { secret: '1' }]);
    }));
});
