import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readEnvFile } from '#config/environment';
import { writeEnvExample, writeFirstConfiguration } from '#config/first-configuration';
import { readConfigurationText } from '#config/load-configuration';
import { reports } from '#domain/catalogue/index';

const required = {
  changedCustomerAttribute: ['Country'],
  events: ['sent'],
  activityEvents: ['Login'],
} as const;

const periods = [
  { start: '2026-01-01' },
  { start: '2026-01-01', end: '2026-01-31' },
  { predefined: 'yesterday' },
];

test.each(reports.map((report) => [report.slug, report] as const))(
  'what is written for %s is a configuration, whatever the period and the warehouse',
  async (slug, report) => {
    const filters = Object.fromEntries(
      Object.entries(required).filter(([name]) => (report.filters as readonly string[]).includes(name)),
    );
    for (const client of ['better-sqlite3', 'pg'] as const) {
      for (const period of report.time === 'none' ? [undefined] : periods) {
        const text = writeFirstConfiguration({
          schema: './river.schema.json',
          baseUrl: 'https://api4.optimove.net/current',
          river: slug,
          report,
          ...(period && {
            period: period as Record<string, string>,
            chunks: { every: 'daily' as const, size: 2 },
          }),
          filters,
          warehouse: { client },
          table: 'a table: # "1"',
        });
        expect(text.split('\n', 1)[0]).toBe('# yaml-language-server: $schema=./river.schema.json');
        const env = { OPTIMOVE_API_KEY: 'k', WAREHOUSE_URL: 'postgres://h/d' };
        const { outcome } = await readConfigurationText(text, { file: 'river.yaml', env });
        if ('fault' in outcome) throw outcome.fault;
        const river = outcome.configuration.rivers.get(slug);
        expect(river).toMatchObject({ report: slug, filters, target: { table: 'a table: # "1"' } });
        if (period) expect(river?.period).toEqual(period);
      }
    }
  },
);

test('a name of the API cannot leave its comment', () => {
  const text = writeFirstConfiguration({
    schema: 's',
    baseUrl: 'https://a',
    river: 'all',
    report: { slug: 'customers-by-action', title: 'T', purpose: 'P.' },
    filters: { actions: [12, 'x'] },
    names: { actions: ['evil\nrivers: {}\r\nz', 'x'] },
    warehouse: { client: 'pg', schema: 'a: b' },
    table: 't',
  });
  const file = parse(text) as { rivers: Record<string, unknown>; warehouses: { prod: { schema: string } } };
  expect(file.rivers).toEqual({
    all: { report: 'customers-by-action', filters: { actions: [12, 'x'] }, target: { table: 't' } },
  });
  expect(file.warehouses.prod.schema).toBe('a: b');
});

test('the example of .env names the variables, and has no value that would pass for one', async () => {
  const { withFolder } = await import('../helpers/folder.ts');
  const { writeFile } = await import('node:fs/promises');
  await withFolder(async (folder) => {
    await writeFile(`${folder}/.env`, writeEnvExample({ warehouse: { client: 'better-sqlite3' } }));
    expect(readEnvFile(`${folder}/.env`)).toEqual({ values: { OPTIMOVE_API_KEY: '' }, cut: new Set() });
  });
});
