import type { Configuration } from '../domain/river/configuration.ts';
import type { River } from '../domain/river/river.ts';
import type { Verification } from '../domain/verify/finding.ts';
import { verifyTarget } from '../domain/verify/verify-target.ts';
import { openWarehouse } from '../warehouse/open-warehouse.ts';

/** Holds every warehouse's tables against its manifest; for one river, or for all that it knows. Sorted by river. */
export async function verifyRivers(configuration: Configuration, river?: string): Promise<Verification[]> {
  const verified: Verification[] = [];
  for (const setting of configuration.warehouses.values()) {
    const warehouse = await openWarehouse(setting);
    try {
      for (const books of await warehouse.readBooks(river)) {
        const fills = riverFilling(configuration, { ...books, warehouse: setting.name });
        verified.push(verifyTarget(books, setting.name, fills));
      }
    } finally {
      await warehouse.close();
    }
  }
  return verified.sort((a, b) => (a.river < b.river ? -1 : a.river > b.river ? 1 : 0));
}

/** The river as it is configured, where it fills this table still. */
function riverFilling(
  { rivers }: Configuration,
  at: { readonly river: string; readonly warehouse: string; readonly table: string },
): River | undefined {
  const river = rivers.get(at.river);
  return river?.target.warehouse === at.warehouse && river.target.table === at.table ? river : undefined;
}
