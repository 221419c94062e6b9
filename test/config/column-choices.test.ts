import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { faultsOfText, loadText } from '../helpers/a-configuration.ts';
import { variable } from '../helpers/variable.ts';

const env = { KEY: 'k-1', SALT: 'pepper-77', OTHER: 'cumin-88', EMPTY: '', BLANK: '  ' };
const salt = variable('SALT');

/** Rivers of details, with these lines each. */
const aFile = (rivers: Readonly<Record<string, string>>, defaults = '') => `connections:
  main: { baseUrl: "https://api4.optimove.net/current", auth: { apiKey: "${variable('KEY')}" } }
warehouses:
  local: { client: better-sqlite3, connection: { filename: ./warehouse.db } }
defaults: { connection: main, target: { warehouse: local }${defaults} }
rivers:
${Object.entries(rivers)
  .map(
    ([name, lines]) => `  ${name}:
    report: customer-one-time-actions-by-date
    period: { start: 2026-01-01, end: 2026-01-31 }
    filters: { customerAttributes: [Country] }
${lines}`,
  )
  .join('\n')}
`;

const ofOne = (columns: string, more = '    target: { table: t }') =>
  aFile({ one: `    columns: ${columns}\n${more}` });

const faultsOf = (text: string) => faultsOfText(text, { env, files: { empty: '', salted: 'from-a-file\n' } });

describe('columns:', () => {
  test('keeps the reference in the river and the salt apart', async () => {
    const text = ofOne(
      `{ customer_id: { hash: "${salt}", rename: who }, country: omit, channel_id: { type: text }, email: { hash: "file:salted" } }`,
    );
    const configuration = await loadText(text, { env, files: { salted: 'from-a-file\n' } });
    expect(configuration.rivers.get('one')?.columns).toEqual({
      customer_id: { hash: salt, rename: 'who' },
      country: 'omit',
      channel_id: { type: 'text' },
      email: { hash: 'file:salted' },
    });
    expect([...configuration.salts.keys()]).toEqual([salt, 'file:salted']);
    const hash = (key: string, value: string) => createHmac('sha256', key).update(value).digest('hex');
    expect(configuration.salts.get(salt)?.hash('anna')).toBe(hash('pepper-77', 'anna'));
    expect(configuration.salts.get('file:salted')?.hash('anna')).toBe(hash('from-a-file', 'anna'));
    expect(configuration.salts.get(salt)?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    const shown = inspect(configuration, { depth: 9, showHidden: true }) + JSON.stringify(configuration);
    expect(shown).not.toContain('pepper-77');
  });

  test('takes defaults key by key, also within a column; a key without a value removes one', async () => {
    const defaults = `, columns: { customer_id: { hash: "${salt}" }, country: omit }`;
    const text = aFile(
      {
        one: '    target: { table: a }',
        two: '    columns: { customer_id: { rename: who }, country: }\n    target: { table: b }',
      },
      defaults,
    );
    const { rivers } = await loadText(text, { env });
    expect(rivers.get('one')?.columns).toEqual({ customer_id: { hash: salt }, country: 'omit' });
    expect(rivers.get('two')?.columns).toEqual({ customer_id: { hash: salt, rename: 'who' } });
  });

  test.each([
    ['{ customer_id: drop }', 'customer_id: expected omit, or a map with rename, type or hash, got "drop"'],
    ['{ country: [omit] }', 'country: expected omit, or a map with rename, type or hash, got a list of 1'],
    ['{ country: {} }', 'country: expected omit, or at least one of rename, type, hash'],
    [
      '{ country: { type: string } }',
      'country.type: expected one of text, integer, numeric, double, boolean, date, timestamp, got "string"',
    ],
    [
      '{ country: { renam: x } }',
      'country.renam: unknown key, did you mean "rename"? expected one of rename, type, hash',
    ],
    [
      '{ customer_id: omit }',
      'customer_id: a column of the key (date, customer_id, action_id, channel_id) cannot be left out; it can be hashed or renamed',
    ],
    [
      '{ date: omit }',
      'date: the day column cannot be left out: the rows of customer-one-time-actions-by-date are replaced by it',
    ],
    [
      `{ date: { hash: "${salt}" } }`,
      'date.hash: the day column cannot be hashed: the rows of customer-one-time-actions-by-date are replaced by it',
    ],
    [
      '{ date: { type: integer } }',
      'date.type: expected date or text, got integer, since the rows of customer-one-time-actions-by-date are replaced by it',
    ],
    [
      `{ country: { hash: "${salt}", type: text } }`,
      'country.type: expected either hash or type: the column of a hash is text',
    ],
    [
      '{ country: { hash: pepper } }',
      `country.hash: expected "\${NAME}" (an environment variable), "file:<path>" or "exec:<command>", got a secret written in this file`,
    ],
    [
      `{ country: { hash: "${variable('EMPTY')}" } }`,
      'country.hash: the environment variable EMPTY is empty',
    ],
    [
      `{ country: { hash: "${variable('MISSING')}" } }`,
      'country.hash: the environment variable MISSING is not set',
    ],
    [`{ country: { hash: "${variable('BLANK')}" } }`, 'country.hash: expected a salt, got only blanks'],
    ['{ country: { hash: "file:empty" } }', 'country.hash: the file of "file:empty" is empty'],
    [
      '{ country: { rename: Channel_ID } }',
      'country.rename: expected a name that no other column has, got "Channel_ID", the name of channel_id',
    ],
    [
      '{ country: { rename: x }, channel_id: { rename: x } }',
      'country.rename: expected a name that no other column has, got "x", the name of channel_id',
      'channel_id.rename: expected a name that no other column has, got "x", the name of country',
    ],
    [
      '{ country: { rename: _River } }',
      'country.rename: expected another name, since River itself fills "_River"',
    ],
    [
      '{ country: { rename: customer_id__text } }',
      'country.rename: expected a name that does not end with __text, where values stand that do not fit their column, got "customer_id__text"',
    ],
    [
      `{ country: { rename: "${'ä'.repeat(32)}" } }`,
      `country.rename: expected a column name (at most 63 bytes, no control characters, no spaces around it), got "${'ä'.repeat(32)}"`,
    ],
    ['{ _run_id: omit }', '_run_id: expected a column of the report, since River itself fills this one'],
    ['{ CustomerID: omit }', 'CustomerID: expected the name of a column, in snake_case: "customer_id"'],
  ])('%s is refused', async (columns, ...faults) => {
    const found = await faultsOf(ofOne(columns));
    expect(found.map((line) => line.replace(/^river.yaml:\d+:\d+ rivers\.one\.columns\./, ''))).toEqual(
      faults,
    );
    expect(found[0]).toMatch(/^river\.yaml:11:\d+ rivers\.one\.columns\./);
  });

  test('a salt under a wrong indentation is not shown', async () => {
    const found = await faultsOf(ofOne('{ hash: pepper-77, customer_id: { hash: { x: pepper-77 } } }'));
    expect(found.join('\n')).not.toContain('pepper-77');
  });

  test('any text may be the new name, and stays a name', async () => {
    const name = `x"; drop table t; --`;
    const { rivers } = await loadText(ofOne(`{ country: { rename: ${JSON.stringify(name)} } }`), { env });
    expect(rivers.get('one')?.columns?.country).toEqual({ rename: name });
  });
});

describe('rivers that share a table', () => {
  const two = (one: string, other: string) =>
    faultsOf(
      aFile({
        one: `    columns: ${one}\n    target: { table: t }`,
        two: `    columns: ${other}\n    target: { table: T }`,
      }),
    );

  test.each([
    ['{}', '{}'],
    [`{ customer_id: { hash: "${salt}" } }`, `{ customer_id: { hash: "${salt}" } }`],
    ['{ country: omit }', '{}'],
    ['{ country: omit }', '{ country: { type: integer } }'],
    ['{ country: { rename: land } }', '{ country: { type: integer } }'],
    [`{ email: { hash: "${salt}" } }`, '{ email: omit }'],
  ])('may have %s and %s', async (one, other) => {
    expect(await two(one, other)).toEqual([]);
  });

  test.each([
    [
      `{ customer_id: { hash: "${salt}" } }`,
      '{}',
      'it is hashed here, and not there',
      'it is hashed there, and not here',
    ],
    [
      `{ customer_id: { hash: "${salt}" } }`,
      `{ customer_id: { hash: "${variable('OTHER')}" } }`,
      'the salts differ',
      'the salts differ',
    ],
    [
      '{ country: { type: integer } }',
      '{}',
      'it is integer here, and text there',
      'it is text here, and integer there',
    ],
    [
      `{ email: { hash: "${salt}" } }`,
      '{}',
      'it is hashed here, and not there',
      'it is hashed there, and not here',
    ],
  ])('agree on types and hashes, unlike %s and %s', async (one, other, here, there) => {
    const found = await two(one, other);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      /^river\.yaml:\d+:\d+ rivers\.one\.columns\.\w+: expected \w+ as the river two has it/,
    );
    expect(found[0]).toContain(here);
    expect(found[1]).toContain('as the river one has it, which fills T as well: ');
    expect(found[1]).toContain(there);
    expect(found.join('\n')).not.toMatch(/pepper|cumin/);
  });
});
