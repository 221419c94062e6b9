import type { Id } from './id.ts';

/**
 * What a river's filters came to: ids, resolved once a run through the API's own list calls.
 * A filter that is not an axis of the report, or whose parameter is left out, is absent.
 */
export interface Selection {
  readonly actions?: readonly Id[];
  readonly targetGroups?: readonly Id[];
  readonly executionChannels?: readonly Id[];
  readonly lifecycleStages?: readonly Id[];
  readonly customerAttribute?: { readonly name: string; readonly value: string };
  readonly changedCustomerAttribute?: readonly string[];
  readonly events?: readonly Id[];
  readonly activityEvents?: readonly (number | string)[];
  /** The RealFieldNames sent, in the river's order. */
  readonly customerAttributes?: readonly string[];
  /** GetLastDataUpdate's day, where the run asked for it. */
  readonly dataDate?: string;
}
