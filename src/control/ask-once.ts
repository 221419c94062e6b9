import type { AnswerRow, Call } from '../domain/call/call.ts';
import { BudgetSpentError, OptimoveUnavailableError, ThrottledError } from '../domain/errors.ts';
import type { Connection } from '../domain/river/configuration.ts';
import { createOptimove } from '../optimove/create-optimove.ts';
import { createLocalCallGate } from '../optimove/local-call-gate.ts';

/** A command waits this long for a call, then says that nobody answers: a person sits before it. */
const answerWithinMs = 15_000;

/** One call from the command line. Throws OptimoveUnavailableError where it is not answered in time, or throttled. */
export async function askOnce(connection: Connection, call: Call): Promise<readonly AnswerRow[]> {
  const gate = createLocalCallGate({
    windows: connection.budget,
    maxConcurrentCalls: connection.maxConcurrentCalls,
  });
  const signal = AbortSignal.timeout(answerWithinMs);
  try {
    const { rows } = await createOptimove(connection, gate).request(call, undefined, {
      signal,
      abort: signal,
      run: 'command line',
      record: () => {},
    });
    return rows;
  } catch (error) {
    if (error instanceof ThrottledError || error instanceof BudgetSpentError || signal.aborted) {
      const why = signal.aborted
        ? `did not answer within ${answerWithinMs / 1000} s`
        : 'has no calls left just now';
      throw new OptimoveUnavailableError(`Connection ${connection.name} (${connection.baseUrl}) ${why}.`, {
        cause: error,
      });
    }
    throw error;
  }
}
