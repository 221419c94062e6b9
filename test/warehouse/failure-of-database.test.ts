import { expect, test } from 'vitest';
import {
  ConfigurationError,
  RefusedError,
  SchemaConflictError,
  WarehouseUnavailableError,
} from '../../src/domain/errors.ts';
import { failureOfDatabase } from '../../src/warehouse/failure-of-database.ts';

const place = 'warehouse prod at db.example:5432/books';

function coded(code: string, message = 'insert into "t" ("a") values ($1) - what the database said'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE'],
  ...['08006', '53300', '57P01', '57P03', '55P03', '40P01', '40001', '25006', '57014'],
  ...['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE'],
])('%s passes', (code) => {
  const failure = failureOfDatabase(coded(code), place);
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
  expect(failureOfDatabase(coded(code), place)).toBeInstanceOf(ConfigurationError),
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
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_MISMATCH',
])('%s says that table and rows do not fit', (code) =>
  expect(failureOfDatabase(coded(code), place)).toBeInstanceOf(SchemaConflictError),
);

test('the message says what the database said, with its detail, and not the statement', () => {
  const error = Object.assign(coded('23505', 'insert into "t" values (1) - duplicate key value'), {
    detail: 'Key (a)=(1) exists.',
  });
  expect(failureOfDatabase(error, place)).toMatchObject({
    message: `The ${place} and what is to be loaded do not fit: duplicate key value (Key (a)=(1) exists).`,
    cause: error,
  });
});

test('a host with several addresses says what each of them said', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => coded('ECONNREFUSED', `connect ECONNREFUSED ${host}:1`));
  const error = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  expect(String(failureOfDatabase(error, place))).toContain(
    'ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
  );
});

test('our own failures and our mistakes stay as they are', () => {
  class Refused extends RefusedError {}
  const [refused, mistake] = [new Refused('no'), new TypeError('x is not a function')];
  expect(failureOfDatabase(refused, place)).toBe(refused);
  expect(failureOfDatabase(mistake, place)).toBe(mistake);
});
