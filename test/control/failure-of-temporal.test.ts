import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { toTemporalFailure } from '#control/failure-of-temporal';
import { ConfigurationError, TemporalUnavailableError } from '#domain/errors';

const place = { address: 'temporal.example:7233', namespace: 'loads' };

const grpcError = (code: number, details: string) =>
  Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });

test.each([
  [14, 'no connection established'],
  [4, 'Deadline exceeded'],
])('gRPC status %i: Temporal is away, and the address is named', (code, details) => {
  const failure = toTemporalFailure(new ServiceError('x', { cause: grpcError(code, details) }), place);
  expect(failure).toBeInstanceOf(TemporalUnavailableError);
  expect((failure as Error).message).toContain('temporal.example:7233');
});

test.each([
  [7, 'Request unauthorized.'],
  [16, 'invalid key'],
])('gRPC status %i: a person must change a setting', (code, details) => {
  const failure = toTemporalFailure(grpcError(code, details), place);
  expect(failure).toBeInstanceOf(ConfigurationError);
  expect((failure as Error).message).toMatch(new RegExp(`namespace loads: ${details}.*TEMPORAL_API_KEY`));
});

test('a namespace that is not there is told from a workflow that is not there', () => {
  const missing = toTemporalFailure(grpcError(5, 'Namespace loads is not found.'), place);
  expect(missing).toBeInstanceOf(ConfigurationError);
  expect((missing as Error).message).toContain('temporal operator namespace create --namespace loads');
  const workflow = new WorkflowNotFoundError('workflow not found for ID: x', 'x', undefined);
  expect(toTemporalFailure(workflow, place)).toBe(workflow);
  const notFound = grpcError(5, 'workflow not found for ID: x');
  expect(toTemporalFailure(notFound, place)).toBe(notFound);
});

test('what says nothing to a person stays as it is', () => {
  const mistake = new TypeError('x is not a function');
  expect(toTemporalFailure(mistake, place)).toBe(mistake);
});
