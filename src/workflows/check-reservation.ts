import { ApplicationFailure } from '@temporalio/workflow';

/**
 * Throws where somebody sends what is no reservation, as the Web UI's form allows: worked on, it would fail the
 * budget's task, and the same task again and again, and nobody would be given permits any more.
 */
export function checkReservation(request: unknown): void {
  if (isReservation(request)) return;
  throw ApplicationFailure.create({
    type: 'ConfigurationError',
    message:
      'Only workers reserve calls: what came is no reservation. To see how a budget stands, ask the query `budget`.',
    nonRetryable: true,
  });
}

type Fields = Readonly<Record<string, unknown>>;

const isReservation = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.process === 'string' &&
  isNumber(value.sequence) &&
  isListOf(value.windows, ({ calls, perMs }) => isPositive(calls) && isPositive(perMs)) &&
  (value.windows as unknown[]).length > 0 &&
  isListOf(value.asks, ({ run, calls }) => typeof run === 'string' && isNumber(calls)) &&
  isNumber(value.room) &&
  isLead(value.leadMs) &&
  isPositive(value.callTimeoutMs) &&
  isListOf(value.returned, ({ run, at }) => typeof run === 'string' && isNumber(at)) &&
  areOutcomes(value.outcomes);

const areOutcomes = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.answered === 'boolean' &&
  isNumber(value.failed) &&
  (value.unavailableForMs === undefined || isPositive(value.unavailableForMs)) &&
  isListOf(
    value.throttled,
    ({ sentAgoMs, retryAfterMs }) => isNumber(sentAgoMs) && (retryAfterMs === null || isNumber(retryAfterMs)),
  );

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isLead = (value: unknown): boolean => isNumber(value) && Number(value) >= 0 && Number(value) <= 10_000;
const isPositive = (value: unknown): boolean => isNumber(value) && Number(value) > 0;
const isListOf = (value: unknown, fits: (item: Fields) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && fits(item));
