import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { toApplicationFailure } from '../../src/activities/to-application-failure.ts';
import {
  BudgetSpentError,
  ConfigurationError,
  CredentialsRefusedError,
  OptimoveUnavailableError,
  ReportRefusedError,
  RowShapeError,
  SchemaConflictError,
  ThrottledError,
  WarehouseUnavailableError,
} from '../../src/domain/errors.ts';

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

test("Temporal's own failures pass as they are", () => {
  for (const failure of [new CancelledFailure('stop'), ApplicationFailure.retryable('again')]) {
    expect(toApplicationFailure(failure)).toBe(failure);
  }
});
