import { setTimeout as sleep } from 'node:timers/promises';
import { WarehouseUnavailableError } from '#domain/errors';
import type { OpenWarehouse } from '#warehouse/open-warehouse';

/** A person sits before it. */
const answersWithinMs = 10_000;
const closesWithinMs = 1_000;

/** What a warehouse answers, or WarehouseUnavailableError where it takes its time: it may hang, and say nothing at all. */
export async function answeredSoon<T>(warehouse: string, answer: Promise<T>): Promise<T> {
  return unless(answersWithinMs, answer, () => {
    throw new WarehouseUnavailableError(
      `The warehouse ${warehouse} has not answered within ${answersWithinMs / 1000} s.`,
    );
  });
}

/** Gives its connections back; those that hang are left to the end of the process. */
export async function closeSoon(warehouse: OpenWarehouse): Promise<void> {
  await unless(
    closesWithinMs,
    warehouse.close().catch(() => {}),
    () => {},
  );
}

async function unless<T>(ms: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).then(otherwise)]);
  } finally {
    timer.abort();
  }
}
