import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '#domain/errors';
import { aFile, loadText } from '../helpers/a-configuration.ts';

/** Long and odd enough to stand in no message by chance, and fit for a header, a URL and a file. */
const secret = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/);

/** Whatever anybody might print of a thing. */
function shownWays(thing: unknown): string {
  const error = thing instanceof Error ? [thing.message, thing.stack, JSON.stringify({ ...thing })] : [];
  return [
    ...error,
    inspect(thing, { depth: null, showHidden: true }),
    JSON.stringify(thing),
    String(thing),
  ].join('\n');
}

const withSecrets = `connections:
  main: { baseUrl: https://api4.optimove.net/current, auth: { apiKey: "\${KEY}" } }
  old: { baseUrl: https://api5.optimove.net/current, auth: { username: me, password: "file:password" } }
warehouses:
  prod: { client: pg, connection: "postgres://river:\${PASSWORD}@db.example.com/warehouse" }
  map: { client: pg, connection: { host: db.example.com, password: "\${PASSWORD}", ssl: { key: "file:password" } } }
rivers: {}
`;

test('a configuration shows no secret, however it is printed', async () => {
  await fc.assert(
    fc.asyncProperty(secret, secret, secret, async (KEY, PASSWORD, password) => {
      const shown = shownWays(await loadText(withSecrets, { env: { KEY, PASSWORD }, files: { password } }));
      for (const hidden of [KEY, PASSWORD, password]) expect(shown).not.toContain(hidden);
    }),
    { numRuns: 30 },
  );
});

/** Places where a secret may stand by mistake or on purpose, wherever it is refused. */
const places: readonly (readonly [string, string])[] = [
  [`{ apiKey: "\${KEY}" }`, `{ apiKey: "\${S} " }`],
  [`{ apiKey: "\${KEY}" }`, `{ apiKey: \${LITERAL} }`],
  [`{ apiKey: "\${KEY}" }`, `{ apiKey: [\${LITERAL}] }`],
  [`{ apiKey: "\${KEY}" }`, `{ apiKey: "\${KEY}", username: "\${S}" }`],
  [`{ apiKey: "\${KEY}" }`, `{ username: "\${S}", password: \${LITERAL} }`],
  [`{ apiKey: "\${KEY}" }`, `"\${S}"`],
  [`{ apiKey: "\${KEY}" }`, `"\${LITERAL}"`],
  [`{ apiKey: "\${KEY}" }`, `{ apiKey: "file:\${S}" }`],
  ['"https://api4.optimove.net/current"', `"\${S}"`],
  ['"https://api4.optimove.net/current"', `"https://me:\${LITERAL}@api4.optimove.net"`],
  ['"https://api4.optimove.net/current"', `"https://api4.optimove.net/?key=\${LITERAL}"`],
  ['"https://api4.optimove.net/current"', `"ftp://me:\${LITERAL}@api4.optimove.net"`],
  ['"https://api4.optimove.net/current"', `"http:// \${LITERAL}@api4.optimove.net"`],
  ['client: better-sqlite3', `client: "\${S}"`],
  [
    'client: better-sqlite3, connection: { filename: ./warehouse.db }',
    `client: pg, connection: "\${LITERAL}"`,
  ],
  [
    'client: better-sqlite3, connection: { filename: ./warehouse.db }',
    `client: pg, connection: "postgres://me:\${LITERAL}@db.example.com/x"`,
  ],
  [
    'client: better-sqlite3, connection: { filename: ./warehouse.db }',
    `client: pg, connection: { host: db.example.com, password: "\${LITERAL}" }`,
  ],
  ['{ filename: ./warehouse.db }', `{ filename: ./warehouse.db }, schema: "\${S}"`],
  ['connection: main', `connection: "\${S}"`],
  ['report: promo-codes', `report: "\${S}"`],
  ['warehouse: local', `warehouse: "\${S}"`],
  ['table: codes', `table: "sqlite_\${S}"`],
  ['table: codes', `table: codes, load: "\${S}"`],
  ['start: 2026-01-01', `start: "\${S}"`],
  ['end: 2026-01-31', `end: 2026-01-31, utcOffset: "\${S}"`],
  ['end: 2026-01-31', `end: 2026-01-31, timezone: "\${S}"`],
  ['size: 4', `size: "\${S}"`],
  ['connection: main', `connection: main\n    giveUpAfter: "\${S}"`],
  ['connection: main', `connection: main\n    schedule: { cron: "\${S}" }`],
  ['connection: main', `connection: main\n    filters: ["\${S}"]`],
  ['connection: main', `connection: main\n    notify: { webhook: "https://hooks.example.com/\${LITERAL}" }`],
  ['connection: main', `connection: main\n    notify: { slack: "ftp://hooks.example.com/\${LITERAL}" }`],
  [
    'connection: main',
    `connection: main\n    notify: { slack: "http://hooks.example.com/\${S}", on: [never] }`,
  ],
  ['connection: main', `connection: main\n    notify: "https://hooks.example.com/\${LITERAL}"`],
  ['connection: main', `connection: main\n    notify: { webhook: ["\${LITERAL}"] }`],
  ['connection: main', `connection: main\n    overrides: { endpoint: "//\${S}", columns: { A: "\${S}" } }`],
  ['report: promo-codes', `report: campaign-interaction-customers\n    filters: { events: ["\${S}"] }`],
  [
    'report: promo-codes',
    `report: customers-by-action\n    filters: { customerAttributes: ["\${S}", "\${S}"] }`,
  ],
  [`{ baseUrl: "https://api4.optimove.net/current", auth: { apiKey: "\${KEY}" } }`, `"\${LITERAL}"`],
  [
    '{ client: better-sqlite3, connection: { filename: ./warehouse.db } }',
    `"postgres://me:\${LITERAL}@db/x"`,
  ],
  ['warehouses:', `warehouses: "\${LITERAL}"\nx:`],
  ['rivers:', `\${LITERAL}`],
  ['connections:', `connections: "\${LITERAL}\n`],
  ['connections:', `connections: [ \${LITERAL} }\nx:`],
];

test.each(places)('no fault shows a secret: %s as %s', async (from, to) => {
  expect(aFile).toContain(from);
  await fc.assert(
    fc.asyncProperty(secret, async (S) => {
      const text = aFile.replace(from, () => to.replaceAll(`\${LITERAL}`, S));
      const error = await loadText(text, { env: { KEY: 'k-1', S } }).catch((thrown: unknown) => thrown);
      if (!(error instanceof ConfigurationError)) throw error;
      expect(shownWays(error)).not.toContain(S);
    }),
    { numRuns: 5 },
  );
});

test.each(['p@ss', 'p#ss', '12/34', '12?34', '12#34', '12@34/x', '%zz', '100%', 'a@b#c/d?e%'])(
  'a password in a database URL that is not percent-encoded says so, and nothing of it is shown: %s',
  async (word) => {
    const to = `client: pg, connection: "\${URL}"`;
    const text = aFile.replace('client: better-sqlite3, connection: { filename: ./warehouse.db }', to);
    const withWord = (written: string) => `postgres://user:${written}@db.example.com:5432/warehouse`;
    const error = await loadText(text, { env: { KEY: 'k-1', URL: withWord(word) } }).catch(
      (thrown) => thrown,
    );
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message.replace(/^\S*\//, '')).toBe(
      'river.yaml:4:36 warehouses.local.connection: expected postgres://user:password@host:port/database with each of @ # / ? % in user name and password percent-encoded (%40 for @, %23 for #, %2F for /, %3F for ?, %25 for %), got a secret',
    );
    await loadText(text, { env: { KEY: 'k-1', URL: withWord(encodeURIComponent(word)) } });
  },
);

test.each([
  'postgres://db/x?user=a@b',
  'postgres://u:p@db/x?application_name=a@b',
  'postgresql:///x?host=/tmp',
])('a database URL that is right is taken: %s', async (URL) => {
  const to = `client: pg, connection: "\${URL}"`;
  const text = aFile.replace('client: better-sqlite3, connection: { filename: ./warehouse.db }', to);
  await loadText(text, { env: { KEY: 'k-1', URL } });
});

test('a day that came from the environment is not shown either', async () => {
  const text = aFile.replace('start: 2026-01-01', `start: "\${START}"`);
  await expect(loadText(text, { env: { KEY: 'k-1', START: '2026-02-01' } })).rejects.toThrow(
    'rivers.codes.period.start: expected a day that is not after the end, "2026-01-31", got a secret',
  );
});
