import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readEnvironment } from '#config/environment';
import { withFolder } from '../helpers/folder.ts';

test('the environment comes as one frozen object', () => {
  const environment = readEnvironment({ RIVER_CONFIG: 'a.yaml', TEMPORAL_CLI: '/bin/temporal', KEY: 'k-1' });
  expect(environment).toMatchObject({
    configurationFile: 'a.yaml',
    temporalCli: '/bin/temporal',
    variables: { RIVER_CONFIG: 'a.yaml', TEMPORAL_CLI: '/bin/temporal', KEY: 'k-1' },
    cut: new Set(),
  });
  expect(() => Object.assign(environment, { temporalCli: '' })).toThrow(TypeError);
  expect(() => Object.assign(environment.variables, { KEY: '' })).toThrow(TypeError);
});

test('a variable that is empty says nothing', () => {
  expect(readEnvironment({ RIVER_CONFIG: '', TEMPORAL_CLI: '' })).toMatchObject({
    configurationFile: undefined,
    temporalCli: undefined,
  });
});

test('.env in the working directory is read, and what is set in the environment wins', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, '.env'), '# a comment\nKEY=from the file\nRIVER_CONFIG="b.yaml"\n');
    const source = new URL('../../src/config/environment.ts', import.meta.url).href;
    const program = `const { readEnvironment } = await import(${JSON.stringify(source)});
      const { configurationFile, variables } = readEnvironment();
      console.log(JSON.stringify({ configurationFile, key: variables.KEY, inProcess: process.env.RIVER_CONFIG }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: folder,
      env: { ...process.env, KEY: 'from the environment' },
    });
    expect(JSON.parse(stdout)).toEqual({
      configurationFile: 'b.yaml',
      key: 'from the environment',
      inProcess: 'b.yaml',
    });
  });
});
