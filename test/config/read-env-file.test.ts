import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvFile } from '#config/read-env-file';
import { aFile, faultsOfText } from '../helpers/a-configuration.ts';
import { withFolder } from '../helpers/folder.ts';

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
      'river.yaml:2:73 connections.main.auth.apiKey: the value of KEY in .env is cut at a "#": in quotes it is read whole (KEY="…"), and a comment has a blank before its "#"',
    ]);
  });
});
