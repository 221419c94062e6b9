import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  DatabaseError,
  RefusedError,
  SchemaConflictError,
  WarehouseUnavailableError,
} from '#domain/errors';
import { toRiverError } from '#warehouse/database-failure';
import { postgres } from '#warehouse/postgres/dialect';
import { sqlite } from '#warehouse/sqlite/dialect';
import { type WarehouseCorner, withWarehouse } from '../helpers/with-warehouse.ts';
import { aCommit, aRun, sampleShape, stageRows, twoChunks } from './samples.ts';

const place = 'warehouse prod at db.example:5432/books';

function coded(code: string, message = 'insert into "t" ("a") values ($1) - what the database said'): Error {
  return Object.assign(new Error(message), { code });
}

const readerOf = (code = '') => (code.startsWith('SQLITE_') ? sqlite : postgres).failures;

test.each([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE'],
  ...['08006', '53300', '57P01', '57P03', '55P03', '40P01', '40001', '25006', '57014'],
  ...['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE'],
])('%s passes', (code) => {
  const failure = toRiverError(coded(code), readerOf(code), place);
  expect(failure).toBeInstanceOf(WarehouseUnavailableError);
  expect(String(failure)).toContain(place);
});

test.each([
  '28P01',
  '3D000',
  '42501',
  '3F000',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_NOTADB',
  'SELF_SIGNED_CERT_IN_CHAIN',
])('%s is for a person to change', (code) =>
  expect(toRiverError(coded(code), readerOf(code), place)).toBeInstanceOf(ConfigurationError),
);

test.each([
  '23505',
  '22001',
  '22P02',
  '42703',
  '42P01',
  '42804',
  '0A000',
  '54011',
  '55000',
  '21000',
  '44000',
  'P0001',
  'SQLITE_CONSTRAINT_TRIGGER',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_MISMATCH',
])('%s says that table and rows do not fit', (code) =>
  expect(toRiverError(coded(code), readerOf(code), place)).toBeInstanceOf(SchemaConflictError),
);

const planted = 'anna smith';

describe('no value of a row comes from a database', () => {
  const rows = [
    ['2026-01-01', 1, planted],
    ['2026-01-01', 2, planted],
  ] as const;

  /** What a commit of these rows into the person's table fails with. */
  const failureIn = async ({ sql, warehouse }: WarehouseCorner, statements: readonly string[]) => {
    const [chunk] = twoChunks;
    for (const statement of statements) await sql(statement);
    await warehouse.recordRun(aRun(), [chunk], sampleShape);
    await warehouse.markPulling('run-1', chunk.key);
    await stageRows(warehouse, 'run-1', chunk, rows);
    return warehouse.storeChunk('run-1', chunk.key, aCommit(chunk, 2)).catch((error: unknown) => error);
  };

  const plain = 'create table sample ("date" date, action_id bigint, customer_id text';
  const raising = (body: string) => [
    `${plain})`,
    `create function refuse_it() returns trigger language plpgsql as $$ begin ${body}; return new; end $$`,
    'create trigger refusing before insert on sample for each row execute function refuse_it()',
  ];
  const refused = '.refuse_it, which a trigger or a check of a table runs, refused a row.';
  const value = 'a column, a generated column, a check or a trigger of the table does not take it (SQLSTATE';

  test.each([
    [
      [`${plain})`, 'create unique index sample_once on sample (customer_id)'],
      'the unique constraint sample_once of sample has a row with this key already (SQLSTATE 23505).',
    ],
    [
      [`${plain}, constraint no_blanks check (customer_id !~ ' '))`],
      'the check no_blanks of sample refuses a row (SQLSTATE 23514).',
    ],
    // A trigger might fill it: that is known when it has not.
    [
      [
        `${plain}, notes text not null)`,
        'create function leave_as_it_is() returns trigger language plpgsql as $$ begin return new; end $$',
        'create trigger idle before insert on sample for each row execute function leave_as_it_is()',
      ],
      'column notes of sample does not allow null (SQLSTATE 23502).',
    ],
    [
      [
        'create table people (id text primary key)',
        `${plain}, constraint known foreign key (customer_id) references people (id))`,
      ],
      'the foreign key known of sample refuses a row (SQLSTATE 23503).',
    ],
    [
      [`${plain}, constraint alone exclude (customer_id with =))`],
      'the exclusion constraint alone of sample refuses a row (SQLSTATE 23P01).',
    ],
    [
      [
        `${plain}) partition by list (customer_id)`,
        `create table sample_bob partition of sample for values in ('bob')`,
      ],
      'no partition of sample takes a row (SQLSTATE 23514).',
    ],
    [
      [`${plain}, n integer generated always as (customer_id::integer) stored)`],
      `a text is no value of a type (integer): ${value} 22P02).`,
    ],
    [
      [`${plain}, n varchar(3) generated always as (customer_id::text) stored)`],
      `a text is longer than a column allows (character varying(3)): ${value} 22001).`,
    ],
    [
      [`${plain}, d date generated always as (make_date(customer_id::integer, 1, 1)) stored)`],
      `${value} 22P02).`,
    ],
    [raising(`raise exception 'bad customer %', new.customer_id`), refused],
    [raising(`raise exception using errcode = '42P01', message = new.customer_id`), refused],
    [
      raising(`raise exception using errcode = 'ANNA1', message = new.customer_id, table = new.customer_id`),
      refused,
    ],
    [raising(`raise exception 'connection terminated, database is locked: %', new.customer_id`), refused],
    [
      raising(`execute format('select %I', new.customer_id)`),
      'a trigger, a function or a nested statement failed (SQLSTATE 42703).',
    ],
    [raising('assert false, new.customer_id'), refused],
  ] as const)('Postgres: %j', (statements, said) =>
    withWarehouse('pg', async (corner) => {
      const failure = await failureIn(corner, statements);
      expect(failure).toBeInstanceOf(SchemaConflictError);
      expect((failure as Error).message).toContain(said);
      expect((failure as Error).message).toContain('sample');
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('anna');
    }),
  );

  test.each([
    [
      [`${plain})`, 'create unique index sample_once on sample (customer_id)'],
      'UNIQUE constraint failed: sample.customer_id',
    ],
    [
      [`${plain}, constraint no_blanks check (customer_id not like '% %'))`],
      'CHECK constraint failed: no_blanks',
    ],
    [[`${plain}, check (customer_id <> 'anna smith'))`], 'a constraint of a table refuses a row'],
    [[`${plain}, notes text not null default (nullif(1, 1)))`], 'column notes of sample does not allow null'],
    [
      [
        'create table sample ("date" text, action_id integer, customer_id text, n integer generated always as (customer_id) stored) strict',
      ],
      'cannot store TEXT value in INTEGER column sample.n',
    ],
    [
      [
        `${plain})`,
        `create trigger refusing before insert on sample begin select raise(abort, 'bad anna, database is locked'); end`,
      ],
      'a trigger or a function of a table refused a row (SQLITE_CONSTRAINT_TRIGGER)',
    ],
    [
      [`${plain}, x text generated always as (json_extract(customer_id, '$.a')) stored)`],
      'a generated column, a check or a trigger of a table cannot be computed for a row',
    ],
  ] as const)('SQLite: %j', (statements, said) =>
    withWarehouse('sqlite', async (corner) => {
      const failure = await failureIn(corner, statements);
      expect(failure).toBeInstanceOf(SchemaConflictError);
      expect((failure as Error).message).toContain(said);
      expect((failure as Error).message).toContain('sample');
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('anna');
    }),
  );

  test.each([
    ['SQLITE_ERROR', 'SQLITE_ERROR'],
    ['HV000', 'HV000'],
    ['25P02', '25P02'],
    ['F0000', 'F0000'],
    [undefined, 'Error'],
  ])('%s, which River does not know, is told by its code alone', (code, told) => {
    const error = Object.assign(new Error(`insert into "t" ("a") values ('${planted}') - said ${planted}`), {
      ...(code !== undefined && { code }),
      detail: planted,
    });
    const failure = toRiverError(error, readerOf(code), place);
    expect(failure).toBeInstanceOf(DatabaseError);
    expect(String(failure)).toContain(`The ${place} failed at a statement (${told})`);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('anna');
  });

  test('a password in what the driver was given stays behind', () => {
    const error = Object.assign(new TypeError('Invalid URL'), {
      code: 'ERR_INVALID_URL',
      input: 'postgres://u:pass word@h',
    });
    const failure = toRiverError(error, postgres.failures, place);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('pass word');
  });
});

test.each([
  [
    'SQLITE_CANTOPEN',
    'See that its folder exists, and that this user may write into the folder and the file.',
  ],
  ['SQLITE_READONLY_DIRECTORY', 'See that this user may write into the file and its folder.'],
  ['SQLITE_NOTADB', 'Name a file of SQLite, or one that does not exist yet.'],
])('a file of SQLite that cannot be used says what to do: %s', (code, advice) => {
  const failure = toRiverError(coded(code, 'what SQLite said'), readerOf(code), 'warehouse local');
  expect((failure as Error).message).toBe(
    `The warehouse local cannot be used as it is configured: what SQLite said. ${advice}`,
  );
});

test('a host with several addresses says what each of them said', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => coded('ECONNREFUSED', `connect ECONNREFUSED ${host}:1`));
  const error = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  expect(String(toRiverError(error, postgres.failures, place))).toContain(
    'ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
  );
});

test('our own failures and our mistakes stay as they are', () => {
  class Refused extends RefusedError {}
  const [refused, mistake] = [new Refused('no'), new TypeError('x is not a function')];
  expect(toRiverError(refused, postgres.failures, place)).toBe(refused);
  expect(toRiverError(mistake, postgres.failures, place)).toBe(mistake);
});
