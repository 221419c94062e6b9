import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findConfigurationFile, readEnvFile, readEnvironment } from '#config/environment';
import { aFile, faultsOfText } from '../helpers/a-configuration.ts';
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

test.each([
  ['the flag, whatever the environment says', 'b.yaml', 'a.yaml', 'a.yaml'],
  ['RIVER_CONFIG where no flag is given', 'b.yaml', undefined, 'b.yaml'],
  ['river.yaml in the working directory where nothing is said', undefined, undefined, 'river.yaml'],
])('the configuration file is %s', (_title, variable, flag, expected) => {
  expect(findConfigurationFile({ configurationFile: variable }, flag)).toBe(resolve(expected));
});

const read = (content: string | Uint8Array) =>
  withFolder(async (folder) => {
    const file = join(folder, '.env');
    await writeFile(file, content);
    return readEnvFile(file);
  });

const text = 'KEY=schlüssel\r\nexport OTHER="b # c"\r\n# a comment\r\nLAST=\'d#e\' # said of it\r\n';
const values = { KEY: 'schlüssel', OTHER: 'b # c', LAST: 'd#e' };
const utf16 = (content: string) => Buffer.from(content, 'utf16le');

describe('whatever an editor or a shell has written', () => {
  test.each([
    ['UTF-8', text],
    ['UTF-8 with a byte order mark', `\ufeff${text}`],
    ['UTF-16 little endian', utf16(`\ufeff${text}`)],
    ['UTF-16 big endian', utf16(`\ufeff${text}`).swap16()],
    ['UTF-16 without a mark', utf16(text)],
    ['UTF-16 big endian without a mark', utf16(text).swap16()],
  ])('%s', async (_, content) => {
    expect(await read(content)).toEqual({ values, cut: new Set() });
  });

  test('what is neither is refused by the name of the file, without its text', async () => {
    await expect(read(Buffer.from('KEY=schl\u00fcssel\n', 'latin1'))).rejects.toThrow(
      /\.env: expected text in UTF-8 or UTF-16\. Save it as UTF-8\.$/,
    );
  });
});

describe('a "#" without quotes and without a blank before it cuts a value', () => {
  test.each([
    ['KEY=abc#def', true],
    ['export KEY = abc#def # and a comment', true],
    ['KEY=#abc', true],
    ['KEY=abc # comment', false],
    ['KEY= # comment', false],
    ['KEY="abc#def"', false],
    ["KEY='abc'# comment", false],
    ['# KEY=abc#def', false],
    ['KEY="two\nKEY=lines#here"', false],
  ])('%s: %s', async (content, isCut) => {
    const { cut } = await read(content);
    expect(cut.has('KEY')).toBe(isCut);
  });

  test('which is a fault where the configuration uses it, and tells nothing of the value', async () => {
    const faults = await faultsOfText(aFile, { env: { KEY: 'abc' }, cut: new Set(['KEY', 'UNUSED']) });
    expect(faults).toEqual([
      'river.yaml:2:73 connections.main.auth.apiKey: the value of KEY in .env is cut at a "#": put the value in quotes (KEY="…"), or a space before the "#" of a comment',
    ]);
  });
});
