import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnvFile } from '#config/environment';
import { createConfigurations } from '#config/watch-configuration';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { aFile } from '../helpers/a-configuration.ts';
import { withFolder } from '../helpers/folder.ts';

const file = aFile.replace(`"\${KEY}"`, '"file:key"');
const longer = file.replace('size: 4', 'size: 7');
const faulty = file.replace('size: 4', 'size: 0');

/** Configurations on a clock that a test moves, with a file that it changes. */
function withConfigurations(
  use: (at: {
    current(): Promise<Configuration>;
    change(name: string, text: string): Promise<void>;
    remove(name: string): Promise<void>;
    pass(ms: number): void;
    faults: string[];
  }) => Promise<void>,
  text = file,
): Promise<void> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'river.yaml'), text);
    await writeFile(join(folder, 'key'), 'k-1\n');
    let now = 1_000;
    const faults: string[] = [];
    const { current } = createConfigurations({
      file: join(folder, 'river.yaml'),
      env: {},
      onFault: (fault) => faults.push(fault.message.replace(/^\S*\/(?=river\.yaml)/, '')),
      now: () => now,
    });
    await use({
      current,
      change: (name, content) => writeFile(join(folder, name), content),
      remove: (name) => rm(join(folder, name)),
      pass: (ms) => {
        now += ms;
      },
      faults,
    });
  });
}

const sizeOf = (configuration: Configuration) => configuration.rivers.get('codes')?.chunks?.size;

test('an unchanged file is not read anew: the configuration stays the same object', async () => {
  await withConfigurations(async ({ current, pass }) => {
    const first = await current();
    pass(60_000);
    expect(await current()).toBe(first);
  });
});

test('a changed file is seen 5 s after it was last looked at, and not before', async () => {
  await withConfigurations(async ({ current, change, pass }) => {
    await current();
    await change('river.yaml', longer);
    pass(4_999);
    expect(sizeOf(await current())).toBe(4);
    pass(1);
    expect(sizeOf(await current())).toBe(7);
  });
});

test('a changed secret file is a change', async () => {
  await withConfigurations(async ({ current, change, pass }) => {
    await current();
    await change('key', 'k-2');
    pass(5_000);
    const auth = (await current()).connections.get('main')?.auth;
    expect(auth?.kind === 'apiKey' && auth.apiKey.reveal()).toBe('k-2');
  });
});

test('a faulty change leaves the last good configuration and is told once', async () => {
  await withConfigurations(async ({ current, change, pass, faults }) => {
    const good = await current();
    await change('river.yaml', faulty);
    for (let k = 0; k < 3; k += 1) {
      pass(5_000);
      expect(await current()).toBe(good);
    }
    expect(faults).toEqual([
      'river.yaml:10:35 rivers.codes.chunks.size: expected a whole number above 0, got 0',
    ]);
  });
});

test('a second faulty change is told again, and a good one ends it', async () => {
  await withConfigurations(async ({ current, change, pass, faults }) => {
    await current();
    for (const text of [faulty, file.replace('size: 4', 'size: -1'), longer]) {
      await change('river.yaml', text);
      pass(5_000);
      await current();
    }
    expect(faults).toHaveLength(2);
    expect(sizeOf(await current())).toBe(7);
  });
});

test('a file or a secret that is gone is a faulty change, until it is back', async () => {
  await withConfigurations(async ({ current, change, remove, pass, faults }) => {
    const good = await current();
    for (const [name, text] of [
      ['river.yaml', file],
      ['key', 'k-3'],
    ] as const) {
      await remove(name);
      pass(5_000);
      await current();
      await change(name, text);
      pass(5_000);
      await current();
    }
    expect(faults).toEqual([
      expect.stringMatching(/^river\.yaml: no such file/),
      expect.stringMatching(/auth\.apiKey: there is no file at "file:key"/),
    ]);
    expect(await current()).not.toBe(good);
  });
});

test('without a good one the faults are thrown, until the file is right', async () => {
  await withConfigurations(async ({ current, change, pass, faults }) => {
    await expect(current()).rejects.toThrow(ConfigurationError);
    await expect(current()).rejects.toThrow('expected a whole number above 0, got 0');
    await change('river.yaml', file);
    pass(5_000);
    expect(sizeOf(await current())).toBe(4);
    expect(faults).toEqual([]);
  }, faulty);
});

test('all who ask at once get the same configuration', async () => {
  await withConfigurations(async ({ current }) => {
    const asked = await Promise.all([current(), current(), current()]);
    expect(new Set(asked).size).toBe(1);
  });
});

test('what `.env` says now holds 5 s later, and one that cannot be read leaves the last good configuration', () =>
  withFolder(async (folder) => {
    const path = join(folder, '.env');
    await writeFile(join(folder, 'river.yaml'), aFile);
    await writeFile(path, 'KEY=k-1\n');
    let now = 0;
    const faults: string[] = [];
    const again = () => ({ env: readEnvFile(path).values });
    const { current } = createConfigurations({
      file: join(folder, 'river.yaml'),
      ...again(),
      envFile: { path, again },
      onFault: ({ message }) => faults.push(message),
      now: () => now,
    });
    const keyNow = async () => {
      now += 5_000;
      const auth = (await current()).connections.get('main')?.auth;
      return auth?.kind === 'apiKey' ? auth.apiKey.reveal() : undefined;
    };
    expect(await keyNow()).toBe('k-1');
    const before = await current();
    expect(await keyNow()).toBe('k-1');
    expect(await current()).toBe(before);
    await writeFile(path, 'KEY=k-2\n');
    expect(await keyNow()).toBe('k-2');
    await writeFile(path, Buffer.from([0xc3, 0x28]));
    expect(await keyNow()).toBe('k-2');
    expect(faults).toEqual([expect.stringContaining('UTF-8')]);
  }));
