import { expect, test } from 'vitest';
import { endOrphanedRuns } from '#activities/end-orphaned-runs';
import type { ActivityPorts } from '#activities/ports';
import { TemporalUnavailableError, WarehouseUnavailableError } from '#domain/errors';
import type { EndOfRun, OrphanedRun } from '#domain/run/stored-run';

const left = (runId: string): OrphanedRun => ({ runId, workflowId: `workflow-${runId}`, place: '' });
const end: EndOfRun = { status: 'terminated', at: '2026-01-10T06:00:00.000Z' };

/** Orphaned runs, what Temporal says of each, and which of them are closed. */
async function closed(
  runs: readonly string[],
  endOf: (run: { readonly runId: string }) => Promise<EndOfRun | undefined>,
  close: (runId: string) => Promise<OrphanedRun | undefined> = async () => undefined,
): Promise<string[]> {
  const all: string[] = [];
  const warehouse = {
    readOrphanedRuns: async () => runs.map(left),
    endOrphanedRun: async ({ runId }: OrphanedRun) => {
      const moved = await close(runId);
      if (!moved) all.push(runId);
      return moved;
    },
  };
  const ports = { runs: { endOf } } as unknown as Pick<ActivityPorts, 'runs'>;
  await endOrphanedRuns(ports, warehouse, 'own');
  return all.sort();
}

test('what has ended is closed, and what is under way is not', async () => {
  const endOf = async ({ runId }: { readonly runId: string }) => (runId === 'open' ? undefined : end);
  expect(await closed(['own', 'a', 'open', 'b'], endOf)).toEqual(['a', 'b']);
});

test('a run whose last call was stored in between is asked about again', async () => {
  let asked = 0;
  const endOf = async () => {
    asked += 1;
    return end;
  };
  let stored = 2;
  const close = async (runId: string) => {
    if (stored === 0) return undefined;
    stored -= 1;
    return left(runId);
  };
  expect(await closed(['a'], endOf, close)).toEqual(['a']);
  expect(asked).toBe(3);
});

test('a run that Temporal cannot be asked about counts as open, and one that cannot be closed is left to the next', async () => {
  const endOf = async ({ runId }: { readonly runId: string }) => {
    if (runId === 'unknown') throw new TemporalUnavailableError('away');
    return end;
  };
  const close = async (runId: string) => {
    if (runId === 'busy') throw new WarehouseUnavailableError('busy');
    return undefined;
  };
  expect(await closed(['unknown', 'busy', 'a'], endOf, close)).toEqual(['a']);
});

test('whoever opens a run waits some seconds at most, whatever Temporal takes its time for', async () => {
  const endOf = ({ runId }: { readonly runId: string }) =>
    runId === 'a' ? Promise.resolve(end) : new Promise<undefined>(() => {});
  expect(await closed([...Array.from({ length: 100 }, (_, at) => `hangs-${at}`), 'a'], endOf)).toEqual(['a']);
});
