import { findReport } from '#domain/catalogue/index';
import { listSalts } from '#domain/column/chosen-columns';
import { listWaitingColumns } from '#domain/river/check-columns';
import type { Configuration } from '#domain/river/configuration';
import { effectiveReport } from '#domain/river/overrides';
import type { River } from '#domain/river/river';
import { explainColumnChanges } from '#domain/run/column-changes';
import type { OpenWarehouse } from '#warehouse/open-warehouse';

/** How a river's choice of columns differs from what its rows in the table were loaded with: a sentence each. */
export async function warnOfColumnChanges(
  warehouse: Pick<OpenWarehouse, 'readLoadedWith'>,
  { salts }: Pick<Configuration, 'salts'>,
  river: River,
): Promise<string[]> {
  const loads = await warehouse.readLoadedWith(river.name, river.target.table);
  const fingerprints = listSalts(river.columns).map((reference) => [
    reference,
    salts.get(reference)?.fingerprint ?? '',
  ]);
  return explainColumnChanges(river, Object.fromEntries(fingerprints), loads);
}

/** Names of `columns:` that the river's report does not declare. */
export function warnOfWaitingColumns(river: River): string[] {
  const report = findReport(river.report);
  return report ? listWaitingColumns(effectiveReport(report, river.overrides), river) : [];
}
