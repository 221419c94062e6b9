import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { WrittenFile } from '#config/file-schema';
import { loadConfiguration } from '#config/load-configuration';
import { faultsOfText } from '../helpers/a-configuration.ts';

const root = new URL('../../', import.meta.url);
const fileOf = (name: string): string => new URL(name, root).pathname;

test('river.schema.json and docs/configuration.md are what the schema says', async () => {
  await promisify(execFile)(process.execPath, [fileOf('scripts/config-schema.ts'), '--check']);
});

test('every key of the schema has a description, which is what editors show', async () => {
  const schema = JSON.parse(
    await readFile(fileOf('river.schema.json'), 'utf8'),
  ) as z.core.JSONSchema.JSONSchema;
  expect(keysWithoutDescription(schema, '')).toEqual([]);
});

function keysWithoutDescription(part: unknown, path: string): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { properties = {} } = part as { properties?: Record<string, { description?: string }> };
  const missing = Object.entries(properties)
    .filter(([, value]) => value.description === undefined)
    .map(([key]) => `${path}.${key}`);
  const inner = Object.entries(part).flatMap(([key, value]) =>
    keysWithoutDescription(value, `${path}/${key}`),
  );
  return [...missing, ...inner];
}

test('the example of the newcomer is right, whole and before the defaults are laid', async () => {
  const file = fileOf('examples/river.yaml');
  const { rivers } = await loadConfiguration({ file, env: { OPTIMOVE_API_KEY: 'k-1' } });
  expect([...rivers.keys()]).toEqual(['customers-by-action', 'executed-campaigns', 'target-groups']);
  const text = await readFile(file, 'utf8');
  expect(WrittenFile.safeParse(parse(text)).error).toBeUndefined();
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../river.schema.json');
});

test('the example asks for nothing but the variables of .env.example', async () => {
  const variables = (await readFile(fileOf('.env.example'), 'utf8')).match(/^(?:# )?[A-Z_]+(?==)/gm);
  const asked = await faultsOfText(await readFile(fileOf('examples/river.yaml'), 'utf8'), { env: {} });
  expect(asked).toEqual([expect.stringContaining('the environment variable OPTIMOVE_API_KEY is not set')]);
  expect(variables).toContain('OPTIMOVE_API_KEY');
});
