import { expect, test } from 'vitest';
import { failures, hasLostSession, isConflict } from '#warehouse/snowflake/failures';
import { toTableType } from '#warehouse/snowflake/read-columns';
import { fromStored, quoteName, toStored, toValue } from '#warehouse/snowflake/values';

const told = (type: string) => ({
  getType: () => type,
  isNumber: () => type === 'fixed' || type === 'real',
  isTimestampNtz: () => type === 'timestamp_ntz',
});

test('names are those that Snowflake reads without quotes; others keep theirs', () => {
  expect(['customer_id', '_river', 'Größe'].map(toStored)).toEqual(['CUSTOMER_ID', '_RIVER', 'GRößE']);
  for (const stored of ['CUSTOMER_ID', 'customerId', 'customer_id', 'A B'])
    expect(toStored(fromStored(stored))).toBe(stored);
  expect(fromStored('CUSTOMER_ID')).toBe('customer_id');
  expect(fromStored('customer_id')).not.toBe('customer_id');
  expect(quoteName('a"b')).toBe('"A""B"');
});

test('numbers keep all their digits, days and times are texts', () => {
  expect(toValue('12', told('fixed'))).toBe(12);
  expect(toValue('1.500000000', told('fixed'))).toBe(1.5);
  expect(toValue('-0.000000000', told('fixed'))).toBe('-0');
  expect(toValue('100', told('fixed'))).toBe(100);
  expect(toValue('12345678901234567890.100000000', told('fixed'))).toBe('12345678901234567890.1');
  expect(toValue('1.5e300', told('real'))).toBe(1.5e300);
  expect(toValue('1', told('text'))).toBe('1');
  expect(toValue(new Date('2026-01-02T00:00:00Z'), told('date'))).toBe('2026-01-02');
  const at = Object.assign(new Date('1969-12-31T23:59:59.999Z'), { getNanoSeconds: () => 999_999_000 });
  expect(toValue(at, told('timestamp_ntz'))).toBe('1969-12-31 23:59:59.999999');
  expect(toValue(at, told('timestamp_tz'))).toBe('1969-12-31T23:59:59.999999Z');
  expect(toValue(null, told('fixed'))).toBe(null);
});

test.each([
  ['number(38,0)', { kind: 'integer', bits: 64 }],
  ['number(10,0)', { kind: 'numeric', precision: 10, scale: 0 }],
  ['number(38,9)', { kind: 'numeric', precision: 38, scale: 9 }],
  ['varchar(16777216)', { kind: 'text', length: null }],
  ['varchar(134217728)', { kind: 'text', length: null }],
  ['varchar(10)', { kind: 'text', length: 10 }],
  ['timestamp_ntz(9)', { kind: 'timestamp', digits: 6 }],
  ['timestamp_ntz(3)', { kind: 'timestamp', digits: 3 }],
  ['float', { kind: 'double' }],
  ['variant', undefined],
  ['time(9)', undefined],
])('%s is filled as what it holds', (declared, type) => {
  expect(toTableType(declared)).toEqual(type);
});

const failed = (code: string | number, message: string) => Object.assign(new Error(message), { code });

test.each([
  [
    'away',
    failed('000630', 'Statement reached its statement or warehouse timeout of 5 second(s) and was canceled.'),
    'Statement reached its statement or warehouse timeout of 5 second(s)',
  ],
  [
    'away',
    failed(401001, 'Network error. Could not reach Snowflake.'),
    'Network error. Could not reach Snowflake',
  ],
  [
    'away',
    failed(
      '090073',
      "Warehouse 'LOADING' cannot be resumed because resource monitor 'M' has exceeded its quota.",
    ),
    "Warehouse 'LOADING' cannot be resumed because resource monitor",
  ],
  [
    'configuration',
    failed('390100', 'Incorrect username or password was specified.'),
    'Incorrect username or password was specified',
  ],
  [
    'configuration',
    failed('000606', 'No active warehouse selected in the current session.'),
    'No active warehouse selected',
  ],
  [
    'configuration',
    failed('003001', "SQL access control error:\nInsufficient privileges to operate on table 'T'."),
    "Insufficient privileges to operate on table 'T'",
  ],
  [
    'schema',
    failed('002003', "SQL compilation error:\nObject 'D.S.T' does not exist or not authorized."),
    "Object 'D.S.T' does not exist or not authorized",
  ],
  [
    'schema',
    failed('100038', "Numeric value 'a secret' is not recognized"),
    'refused a statement or a value',
  ],
])('a failure is told by what helps, without a value: %s', (remedy, error, words) => {
  const failure = failures.readFailure(error);
  expect(failure.remedy).toBe(remedy);
  expect(failure.words).toContain(words);
  expect(failure.words).not.toContain('secret');
});

test('only what says that a table is missing is taken for that', () => {
  const missing = failed(
    '002003',
    "SQL compilation error:\nObject 'D.S.T' does not exist or not authorized.",
  );
  expect(failures.readFailure(missing)).toMatchObject({ troubleCode: '42P01' });
  const refused = failed(
    '002043',
    'SQL compilation error:\nTable T has 9 columns but 10 values were supplied',
  );
  expect(failures.readFailure(refused)).not.toHaveProperty('troubleCode');
  expect(failures.readFailure(refused).remedy).toBe('schema');
});

test('what another attempt cures is known', () => {
  const locked = failed(
    '000625',
    "Statement 'x' has locked table 'T' in transaction 1 and this lock has not yet been released.",
  );
  expect(isConflict(locked)).toBe(true);
  expect(failures.isBusy(locked)).toBe(true);
  const gone = failed('390111', 'Session no longer exists.');
  expect(hasLostSession(gone)).toBe(true);
  expect(failures.isConflict(gone)).toBe(true);
  expect(failures.isSignInRefused(failed('390144', 'JWT token is invalid.'))).toBe(true);
  expect(failures.isSignInRefused(gone)).toBe(false);
});
