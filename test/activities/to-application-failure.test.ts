import { inspect } from 'node:util';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { toApplicationFailure } from '#activities/to-application-failure';
import {
  BudgetSpentError,
  ConfigurationError,
  CredentialsRefusedError,
  DatabaseError,
  OptimoveUnavailableError,
  ReportRefusedError,
  RowShapeError,
  SchemaConflictError,
  ThrottledError,
  WarehouseUnavailableError,
} from '#domain/errors';

describe('a failure bears the name and the words that it has in River', () => {
  test.each([
    new OptimoveUnavailableError('It is away.'),
    new WarehouseUnavailableError('It is away.'),
    new ThrottledError('Not so fast.'),
    new BudgetSpentError('Later.', { waitMs: 1 }),
  ])('$name is tried again', (error) => {
    expect(toApplicationFailure(error)).toMatchObject({
      type: error.constructor.name,
      message: error.message,
      nonRetryable: false,
    });
  });

  test.each([
    new ConfigurationError('Wrong.'),
    new CredentialsRefusedError('No.'),
    new ReportRefusedError('No.'),
    new RowShapeError('No.'),
    new SchemaConflictError('No.'),
  ])('$name is not', (error) => {
    expect(toApplicationFailure(error)).toMatchObject({
      type: error.constructor.name,
      message: error.message,
      nonRetryable: true,
    });
  });
});

test('facts and causes stay behind: they are for whoever handles a failure here, and might hold anything', () => {
  const failure = toApplicationFailure(
    new ReportRefusedError('No.', { facts: { sent: 'a-secret' }, cause: new Error('a-secret') }),
  );
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure.cause).toBeUndefined();
  expect((failure as ApplicationFailure).details ?? []).toEqual([]);
});

describe('what River does not know is tried five times', () => {
  const failureOf = (error: unknown, attempt = 1) =>
    asyncLocalStorage.run(
      { info: { attempt } } as Context,
      () => toApplicationFailure(error) as ApplicationFailure,
    );

  test('and keeps its class, where it happened and a masked excerpt, and no cause', () => {
    const mistake = new TypeError(`cannot read "anna" of anna@example.com\n    at ${'x '.repeat(400)}`, {
      cause: new Error('anna'),
    });
    const failure = failureOf(mistake);
    expect(failure).toMatchObject({ type: 'TypeError', nonRetryable: false, cause: undefined });
    expect(failure.message).toMatch(/^cannot read \*\*\* of \*\*\* at x x .*…$/);
    expect(failure.stack).toContain('to-application-failure.test.ts');
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('anna');
    expect(failureOf(mistake, 5).nonRetryable).toBe(true);
  });

  test("a database's failure keeps its whole sentence, which holds no value", () => {
    const error = new DatabaseError('The warehouse w at h:5432/d failed at a statement (25P02).');
    expect(failureOf(error)).toMatchObject({
      type: 'DatabaseError',
      message: error.message,
      nonRetryable: false,
    });
    expect(failureOf(error, 5).nonRetryable).toBe(true);
  });

  test('what is no error is told as well', () => {
    expect(failureOf('it broke at 7')).toMatchObject({ type: 'Error', message: 'it broke at ***' });
  });
});

test("Temporal's own failures pass as they are", () => {
  for (const failure of [new CancelledFailure('stop'), ApplicationFailure.retryable('again')]) {
    expect(toApplicationFailure(failure)).toBe(failure);
  }
});
