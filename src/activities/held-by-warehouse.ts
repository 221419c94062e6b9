import { WarehouseUnavailableError } from '#domain/errors';
import { readRunInput } from '#domain/river/read-run-input';
import { findTrouble } from '#domain/run/warehouse-trouble';
import type { Held, OpenedRun, OpenRunRequest, RunRef } from './contract.ts';
import { readPatience } from './opened-run.ts';
import type { ActivityPorts } from './ports.ts';
import type { Warehouses, WriteTrying } from './warehouse-ports.ts';
import type { WriteGate } from './write-gates.ts';

/** What an activity of an opened run is asked. */
type Asked = RunRef | { readonly run: RunRef };
type MayBeHeld<A> = {
  readonly [K in keyof A]: A[K] extends (request: infer R) => Promise<infer T>
    ? (request: R) => Promise<T | Held>
    : never;
};

/**
 * The same activities, but where the warehouse takes nothing they say so, and their run waits for it on a timer: one attempt after
 * the other would not show why.
 */
export function heldByWarehouse<A extends Record<string, (request: never) => Promise<unknown>>>(
  ports: Warehouses<WriteTrying>,
  gates: (warehouse: string) => WriteGate,
  activities: A,
): MayBeHeld<A> {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (request: Asked): Promise<unknown> => {
      const run = 'run' in request ? request.run : request;
      const gate = gates(run.warehouse);
      try {
        await gate.pass(await ports.warehouse(run.warehouse), run.runId);
        return await activity(request as never);
      } catch (error) {
        return heldBy(error, run, ports, gate);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as MayBeHeld<A>;
}

/** What failed may be about one table alone: only where pages cannot be stored either the calls are to wait as well. */
async function heldBy(
  error: unknown,
  { warehouse, runId }: RunRef,
  ports: Warehouses<WriteTrying>,
  gate: WriteGate,
): Promise<Held> {
  const trouble = findTrouble(error);
  if (!trouble) throw error;
  const isKnown = gate.held() !== undefined;
  if (!isKnown) {
    await gate.pass(await ports.warehouse(warehouse), runId, true).catch((failure: unknown) => {
      if (!findTrouble(failure)) throw failure;
    });
  }
  const since = new Date().toISOString();
  const { since: known = since } = (gate.held()?.facts ?? {}) as { readonly since?: string };
  return { outcome: 'held', on: { on: 'warehouse', ...trouble, since: known } };
}

/** The same before a run is opened. What a person has to change fails it at once: nothing was called yet. */
export const heldInOpening =
  (ports: Pick<ActivityPorts, 'configurations'>, openRun: (request: OpenRunRequest) => Promise<OpenedRun>) =>
  async (request: OpenRunRequest): Promise<OpenedRun | Held> => {
    try {
      return await openRun(request);
    } catch (error) {
      const trouble = error instanceof WarehouseUnavailableError ? findTrouble(error) : undefined;
      if (!trouble) throw error;
      const input = readRunInput(request.input, await ports.configurations.current());
      return {
        outcome: 'held',
        on: { on: 'warehouse', ...trouble, since: new Date().toISOString() },
        ...(input.kind !== 'retry' && { patience: readPatience(input.river) }),
      };
    }
  };
