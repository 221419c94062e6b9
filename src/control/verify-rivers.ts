import { RiverError } from '#domain/errors';
import type { Configuration, WarehouseSetting } from '#domain/river/configuration';
import type { River } from '#domain/river/river';
import type { OrphanedRun } from '#domain/run/stored-run';
import type { TargetSnapshot, Verification } from '#domain/verify/verification';
import { verifyTarget } from '#domain/verify/verify-target';
import { openWarehouse } from '#warehouse/open-warehouse';
import { answeredSoon, closeSoon } from './answered-soon.ts';
import type { Missing } from './books.ts';

/** Says of runs that a manifest calls open which have ended; undefined where nobody knows. */
type Ended = (open: readonly OrphanedRun[]) => Promise<ReadonlySet<string> | undefined>;

/** What was verified, and which warehouses could not be. */
export interface Verified {
  readonly verifications: readonly Verification[];
  readonly missing: readonly Missing[];
}

/**
 * Holds every warehouse's tables against its manifest; for one river, or for all that it knows. Sorted by river.
 * A run that `ended` knows to be over has nothing still to load. A warehouse that is away takes nothing from the others.
 */
export async function verifyRivers(
  configuration: Configuration,
  ended: Ended,
  river?: string,
): Promise<Verified> {
  const missing: Missing[] = [];
  const all = [...configuration.warehouses.values()].map(async (setting) => {
    try {
      return await verifyWarehouse(configuration, setting, ended, river);
    } catch (error) {
      if (!(error instanceof RiverError)) throw error;
      missing.push({ warehouse: setting.name, why: error });
      return [];
    }
  });
  const verifications = (await Promise.all(all)).flat();
  return {
    verifications: verifications.sort((a, b) => (a.river < b.river ? -1 : a.river > b.river ? 1 : 0)),
    missing,
  };
}

async function verifyWarehouse(
  configuration: Configuration,
  setting: WarehouseSetting,
  ended: Ended,
  river: string | undefined,
): Promise<Verification[]> {
  const warehouse = await openWarehouse(setting);
  try {
    // Asked before the books are read: what closes meanwhile is closed in them. To count rows may take long.
    const over = await ended(await answeredSoon(setting.name, warehouse.leftRuns()));
    return (await warehouse.readBooks(river)).map((read) => {
      const books = over ? withEnds(read, over) : read;
      const fills = riverFilling(configuration, { ...books, warehouse: setting.name });
      return verifyTarget(books, setting.name, fills);
    });
  } finally {
    await closeSoon(warehouse);
  }
}

/** The same books, where runs that are over are not under way. */
const withEnds = (books: TargetSnapshot, over: ReadonlySet<string>): TargetSnapshot => ({
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
