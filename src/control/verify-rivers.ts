import type { Configuration } from '../domain/river/configuration.ts';
import type { River } from '../domain/river/river.ts';
import type { LeftRun } from '../domain/run/left-run.ts';
import type { Verification } from '../domain/verify/finding.ts';
import type { TargetBooks } from '../domain/verify/target-books.ts';
import { verifyTarget } from '../domain/verify/verify-target.ts';
import { openWarehouse } from '../warehouse/open-warehouse.ts';

/** Says of runs that a manifest calls open which have ended; undefined where nobody knows. */
type Ended = (open: readonly LeftRun[]) => Promise<ReadonlySet<string> | undefined>;

/**
 * Holds every warehouse's tables against its manifest; for one river, or for all that it knows. Sorted by river.
 * A run that `ended` knows to be over has nothing still to load.
 */
export async function verifyRivers(
  configuration: Configuration,
  ended: Ended,
  river?: string,
): Promise<Verification[]> {
  const verified: Verification[] = [];
  for (const setting of configuration.warehouses.values()) {
    const warehouse = await openWarehouse(setting);
    try {
      // Asked before the books are read: what closes meanwhile is closed in them.
      const over = await ended(await warehouse.leftRuns());
      for (const read of await warehouse.readBooks(river)) {
        const books = over ? withEnds(read, over) : read;
        const fills = riverFilling(configuration, { ...books, warehouse: setting.name });
        verified.push(verifyTarget(books, setting.name, fills));
      }
    } finally {
      await warehouse.close();
    }
  }
  return verified.sort((a, b) => (a.river < b.river ? -1 : a.river > b.river ? 1 : 0));
}

/** The same books, where runs that are over are not under way. */
const withEnds = (books: TargetBooks, over: ReadonlySet<string>): TargetBooks => ({
  ...books,
  retrying: books.retrying.filter(({ run }) => !over.has(run)),
  runs: new Map(
    [...books.runs].map(([id, run]) => [
      id,
      run.status === 'running' && over.has(id) ? { ...run, status: 'terminated' } : run,
    ]),
  ),
});

/** The river as it is configured, where it fills this table still. */
function riverFilling(
  { rivers }: Configuration,
  at: { readonly river: string; readonly warehouse: string; readonly table: string },
): River | undefined {
  const river = rivers.get(at.river);
  return river?.target.warehouse === at.warehouse && river.target.table === at.table ? river : undefined;
}
