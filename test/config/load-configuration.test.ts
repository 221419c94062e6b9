import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '#config/load-configuration';
import { ConfigurationError } from '#domain/errors';
import type { Secret } from '#domain/secret';
import { aFile, faultsOfText, loadText } from '../helpers/a-configuration.ts';
import { withFolder } from '../helpers/folder.ts';

const full = `connections:
  main:
    baseUrl: https://API4.optimove.net/current/
    auth: { apiKey: "\${OPTIMOVE_API_KEY}" }
    budget:
      - { calls: 2000, per: 1h }
      - { calls: 50, per: 10s }
    maxConcurrentCalls: 4
    pageSize: 500
    callTimeout: 90s
  old:
    baseUrl: https://api5.optimove.net/current
    auth: { username: me, password: "file:secrets-old" }
warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }
  prod: { client: pg, connection: "\${WAREHOUSE_URL}", schema: optimove }
defaults: { connection: main, giveUpAfter: 2h, target: { warehouse: local } }
rivers:
  customers-by-action:
    report: customers-by-action
    period: { start: 2026-01-01, end: 2026-01-31, utcOffset: "+02:00", lastDaysBack: 2 }
    chunks: { every: daily, size: 4 }
    filters:
      actions: [12, "10% Bonus"]
      customerAttributes: [Country, Currency]
    target: { warehouse: prod, table: customers_by_action, load: replace }
    schedule: { cron: "0 6 * * *", timezone: Europe/London }
    waitForData: 6h
  all: { report: all-actions, target: { table: all_actions } }
`;
const env = { OPTIMOVE_API_KEY: 'k-1', WAREHOUSE_URL: 'postgres://river:pw@db.example.com/warehouse' };
const files = { 'secrets-old': 'hush\n' };

test('connections come with units in their names, secrets wrapped, base URL in one form', async () => {
  const { connections } = await loadText(full, { env, files });
  expect(connections.get('main')).toMatchObject({
    name: 'main',
    baseUrl: 'https://api4.optimove.net/current',
    auth: { kind: 'apiKey' },
    budget: [
      { calls: 2000, perMs: 3_600_000 },
      { calls: 50, perMs: 10_000 },
    ],
    maxConcurrentCalls: 4,
    pageSize: 500,
    callTimeoutMs: 90_000,
  });
});

test('what a connection leaves out is its default', async () => {
  const { connections } = await loadText(full, { env, files });
  expect(connections.get('old')).toMatchObject({
    budget: [
      { calls: 2000, perMs: 3_600_000 },
      { calls: 50, perMs: 10_000 },
    ],
    maxConcurrentCalls: 8,
    pageSize: 10_000,
    callTimeoutMs: 300_000,
  });
});

test('a secret comes from the environment, or from a file beside this one without its last line break', async () => {
  const { connections } = await loadText(full, { env, files });
  const secrets = [...connections.values()].map(({ auth }) =>
    auth.kind === 'apiKey' ? auth.apiKey.reveal() : auth.password.reveal(),
  );
  expect(secrets).toEqual(['k-1', 'hush']);
});

test('a variable stands for a part of a text, and $$ takes a $ its meaning', async () => {
  const { rivers, connections } = await loadText(
    aFile
      .replace('https://api4', `\${SCHEME}://\${HOST}4`)
      .replace('table: codes', () => `table: "a$\${KEY}b"`),
    { env: { KEY: 'k-1', SCHEME: 'https', HOST: 'api' } },
  );
  expect(connections.get('main')?.baseUrl).toBe('https://api4.optimove.net/current');
  expect(rivers.get('codes')?.target.table).toBe(`a\${KEY}b`);
});

test("a variable's value is a text, not another reference", async () => {
  const { connections } = await loadText(aFile, { env: { KEY: `file:\${KEY}` } });
  const auth = connections.get('main')?.auth;
  expect(auth?.kind === 'apiKey' && auth.apiKey.reveal()).toBe(`file:\${KEY}`);
});

test('a warehouse bears what Knex takes, its file told from the folder of the configuration', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'river.yaml'), full);
    await writeFile(join(folder, 'secrets-old'), 'hush');
    const { warehouses } = await loadConfiguration({ file: join(folder, 'river.yaml'), env });
    const shown = [...warehouses.values()].map(({ connection, ...rest }) => ({
      ...rest,
      connection: (connection as Secret<unknown>).reveal(),
    }));
    expect(shown).toEqual([
      {
        name: 'local',
        client: 'better-sqlite3',
        connection: { filename: join(folder, 'warehouse.db') },
        schema: undefined,
        keepCallsForMs: 90 * 86_400_000,
      },
      {
        name: 'prod',
        client: 'pg',
        connection: env.WAREHOUSE_URL,
        schema: 'optimove',
        keepCallsForMs: 90 * 86_400_000,
      },
    ]);
  });
});

test('defaults are laid under every river, key by key', async () => {
  const { rivers } = await loadText(full, { env, files });
  expect(rivers.get('all')).toEqual({
    name: 'all',
    report: 'all-actions',
    connection: 'main',
    filters: {},
    includeControlGroup: false,
    prune: false,
    target: {
      warehouse: 'local',
      table: 'all_actions',
      load: 'replace',
      drift: 'evolve',
      emptied: 'keep',
    },
    waitForData: '0',
    giveUpAfter: '2h',
  });
  expect(rivers.get('customers-by-action')).toMatchObject({
    filters: { actions: [12, '10% Bonus'], customerAttributes: ['Country', 'Currency'] },
    target: { warehouse: 'prod', table: 'customers_by_action' },
    giveUpAfter: '2h',
    waitForData: '6h',
  });
});

test('a list of a river takes the place of the default, and a key without a value takes it back', async () => {
  const text = `${aFile}    filters: { customerAttributes: [Country] }
    schedule:
    report: customers-by-action
defaults: { filters: { customerAttributes: [Currency], actions: [1] }, schedule: { cron: "0 6 * * *" } }
`.replace('    report: promo-codes\n', '');
  const river = (await loadText(text)).rivers.get('codes');
  expect(river?.filters).toEqual({ actions: [1], customerAttributes: ['Country'] });
  expect(river?.schedule).toBeUndefined();
});

test('a parameter that is not sent stays null', async () => {
  const text = aFile.replace(
    'connection: main',
    'connection: main\n    overrides: { parameters: { Date: null } }',
  );
  expect((await loadText(text)).rivers.get('codes')?.overrides).toEqual({ parameters: { Date: null } });
});

test('a fault in defaults is said once, where it stands', async () => {
  const text = full.replace('giveUpAfter: 2h', 'giveUpAfter: 2x, traget: {}');
  expect(await faultsOfText(text, { env, files })).toEqual([
    'river.yaml:17:44 defaults.giveUpAfter: expected a duration such as 15s, 10m, 6h or 2d, got "2x"',
    expect.stringMatching(/^river.yaml:17:48 defaults.traget: unknown key, did you mean "target"\?/),
  ]);
});

test('all faults are found at once, in the order of the file, whatever else is wrong around them', async () => {
  const text = full
    .replace('pageSize: 500', 'pageSize: 1k')
    .replace('client: pg', 'client: postgres')
    .replace('start: 2026-01-01', 'start: 2026-02-30')
    .replace('lastDaysBack: 2', 'lastDaysBack: two, timezone: Mars')
    .replace('actions: [12', 'targetGroups: [12')
    .replace('cron: "0 6', 'cron: "99 6')
    .replace('report: all-actions', 'report: all-action');
  const places = (await faultsOfText(text, { env: {} })).map((line) => line.split(': ')[0]);
  expect(places).toEqual([
    'river.yaml:4:21 connections.main.auth.apiKey',
    'river.yaml:9:15 connections.main.pageSize',
    'river.yaml:13:37 connections.old.auth.password',
    'river.yaml:16:19 warehouses.prod.client',
    'river.yaml:16:41 warehouses.prod.connection',
    'river.yaml:21:22 rivers.customers-by-action.period.start',
    'river.yaml:21:86 rivers.customers-by-action.period.lastDaysBack',
    'river.yaml:21:101 rivers.customers-by-action.period.timezone',
    'river.yaml:21:101 rivers.customers-by-action.period.timezone',
    'river.yaml:24:7 rivers.customers-by-action.filters.targetGroups',
    'river.yaml:27:23 rivers.customers-by-action.schedule.cron',
    'river.yaml:29:18 rivers.all.report',
  ]);
});

test('the faults are fields of the error as well', async () => {
  const error = await loadText(aFile.replace('size: 4', 'size: 0')).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigurationError)) throw error;
  expect(error.faults).toEqual([
    {
      place: expect.stringMatching(/river\.yaml:10:35$/),
      path: 'rivers.codes.chunks.size',
      message: 'expected a whole number above 0, got 0',
    },
  ]);
});

test('a file that is not there is looked for in a place that is named, with how to begin', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'river.yaml');
    const error = await loadConfiguration({ file, env: {} }).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).toBe(
      `${file}: no such file in ${folder}. To begin, write one with \`river init\`, or copy examples/river.yaml there and adapt it, or name another file with --config or RIVER_CONFIG`,
    );
  });
});

test('a folder in place of the file is named as such', async () => {
  await withFolder(async (folder) => {
    const error = await loadConfiguration({ file: folder, env: {} }).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).toBe(`${folder}: is a folder, expected a file`);
  });
});

test.each([
  ['an empty file', ''],
  ['a file of comments', '# nothing yet\n'],
])('%s lacks what is required', async (_title, text) => {
  expect(await faultsOfText(text)).toEqual([
    'river.yaml:1:1: expected a map with connections, warehouses, defaults, rivers, got nothing',
  ]);
});

test.each([
  [
    'a text',
    'hunter2',
    'river.yaml:1:1: expected a map with connections, warehouses, defaults, rivers, got a text',
  ],
  [
    'a list',
    '- a\n- b\n',
    'river.yaml:1:1: expected a map with connections, warehouses, defaults, rivers, got a list of 2',
  ],
  [
    'a key that JavaScript keeps for itself',
    'rivers: { __proto__: {} }\n',
    'river.yaml:1:11: expected another key, got "__proto__"',
  ],
  ['a tab', 'rivers:\n\tcodes: {}\n', 'river.yaml:2:1: not YAML: a tab in the indentation; use spaces'],
  [
    'a quote that is not closed',
    'rivers: "a\n',
    'river.yaml:2:1: not YAML: a character is missing, such as a closing quote, bracket or brace, or a comma or colon',
  ],
  [
    'two documents',
    `${aFile}---\nrivers: {}\n`,
    'river.yaml:12:1: not YAML: a second document (---) in one file',
  ],
  [
    'a tag',
    'rivers: !ruby/object {}\n',
    'river.yaml:1:9: not YAML: tags (!name) mean nothing here; text that begins with ! must be in quotes',
  ],
  [
    'an alias without its anchor',
    'rivers: *all\n',
    'river.yaml:1:9: not YAML: an alias (*name) without its anchor (&name) above it; text that begins with * must be in quotes',
  ],
  [
    'a variable outside quotes in { }',
    `a: { b: \${KEY} }\n`,
    `river.yaml:1:10: not YAML: \${NAME} must be in double quotes inside { } and [ ]`,
  ],
])('%s is no configuration, in our words', async (_title, text, fault) => {
  expect(await faultsOfText(text)).toEqual([fault]);
});

test('aliases that would expand without end are refused', async () => {
  const doubled = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join(
    '\n',
  );
  expect(await faultsOfText(`a0: &a0 [x]\n${doubled}\n`)).toEqual([
    'river.yaml:1:1: not YAML: aliases (*name) that expand without end',
  ]);
});

test('an alias is read as what it stands for', async () => {
  const text = aFile
    .replace('period: {', 'period: &year {')
    .replace(
      /$/,
      '  more: { report: promo-codes, connection: main, period: *year, target: { warehouse: local, table: more } }\n',
    );
  const { rivers } = await loadText(text);
  expect(rivers.get('more')?.period).toEqual(rivers.get('codes')?.period);
});

test('the configuration is frozen all through', async () => {
  const configuration = await loadText(full, { env, files });
  const river = configuration.rivers.get('customers-by-action');
  expect(() => Object.assign(configuration, { file: '' })).toThrow(TypeError);
  expect(() => Object.assign(river?.filters ?? {}, { actions: [] })).toThrow(TypeError);
  expect(() => river?.filters.actions?.push(1)).toThrow(TypeError);
  expect(() => (configuration.rivers as Map<string, unknown>).clear()).toThrow(TypeError);
  expect(configuration.rivers.size).toBe(2);
});

test('the file and the secrets beside it are read as editors and shells of every system save them', async () => {
  const text = aFile.replace(`\${KEY}`, 'file:key').replace(/codes:/, '"café, 日本":');
  const littleEndian = (all: string) => Buffer.from(`\ufeff${all}`, 'utf16le');
  const saved = [
    (all: string) => Buffer.from(`\ufeff${all}`),
    littleEndian,
    (all: string) => littleEndian(all).swap16(),
  ];
  for (const save of saved) {
    const { rivers, connections } = await loadText(save(text), { files: { key: save('k-1\r\n') } });
    expect([...rivers.keys()]).toEqual(['café, 日本']);
    const { auth } = connections.get('main') ?? {};
    expect(auth && 'apiKey' in auth && auth.apiKey.reveal()).toBe('k-1');
  }
});

test('a file or a secret in another encoding is refused: no letter is lost', async () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  const notText = 'expected text in UTF-8 or UTF-16. Save it as UTF-8';
  expect(await faultsOfText(latin1(aFile.replace('codes:', 'café:')))).toEqual([`river.yaml: ${notText}`]);
  const files = { key: latin1('clé') };
  expect(await faultsOfText(aFile.replace(`\${KEY}`, 'file:key'), { files })).toEqual([
    `river.yaml:2:73 connections.main.auth.apiKey: the file of "file:key": ${notText}`,
  ]);
});
