import { type Column, type ColumnType, snakeCase } from '../column/column.ts';
import { freeze } from '../freeze.ts';

/** The filters of the walkthrough's table; `customerAttributes` chooses columns rather than rows. */
export type FilterName =
  | 'actions'
  | 'targetGroups'
  | 'executionChannels'
  | 'changedCustomerAttribute'
  | 'lifecycleStages'
  | 'customerAttribute'
  | 'events'
  | 'activityEvents'
  | 'customerAttributes';

/**
 * One loop of a chunk's calls. A report's axes are nested, the outermost first; each sets a parameter
 * of the call and stamps the value onto the rows.
 */
export type Axis =
  /** One call for each day of the chunk; `stamp` is the column with the day. */
  | { readonly over: 'day'; readonly parameter: 'Date'; readonly stamp: 'date' | 'end_date' }
  /**
   * The campaigns found on each day of the chunk; stamps `found_on` and `campaign_id`. `channel` says what
   * becomes of ChannelID: `always` sent (pairs are discovered), `chosen`: sent where channels are chosen,
   * `never` sent (channels only choose campaigns).
   */
  | {
      readonly over: 'campaign';
      readonly parameter: 'CampaignID';
      readonly channel: 'always' | 'chosen' | 'never';
    }
  /**
   * RecipientGroupID 0 to 9; each is a slice of its own. `refused` says what a 400 for one of them means where another one of
   * the same day and action was answered: "no rows"; without it a 400 fails the chunk.
   */
  | {
      readonly over: 'recipientGroup';
      readonly parameter: 'RecipientGroupID';
      readonly refused?: 'no rows';
    }
  /**
   * The values of a filter. `leftOut` says what a missing filter means: `all` (found through the API's
   * list call), `omit` (the parameter is not sent), `required` (a configuration error).
   */
  | {
      readonly over: Exclude<FilterName, 'customerAttributes' | 'customerAttribute' | 'lifecycleStages'>;
      readonly parameter: string;
      readonly leftOut: 'all' | 'omit' | 'required';
    }
  /** Report 6: stage by stage (LifecycleStageID), or one call for `customerAttribute` {name, value}. */
  | { readonly over: 'lifecycleStageOrAttribute' };

/** How the rows of a report are dated whose calls take no day: it answers with the present state. */
export interface Snapshot {
  /** The column with the day. */
  readonly column: string;
  /** Which day that is: the run's, or the last day of complete data, for which the run then asks (GetLastDataUpdate). */
  readonly day: 'run' | 'lastDataUpdate';
  /** In `replace`: only rows of the same day are replaced, so that a history grows; else all rows of the river are. */
  readonly keepsOtherDays: boolean;
}

/**
 * What the lists of a day tell of a report's calls, so that a river with `prune` leaves out those that have no rows: the target
 * groups that ran (GetTargetGroupsByDate), those of them that ran an action (GetActionsByTargetGroup), or the pairs of action and
 * recipient group (the same).
 */
export type PrunedBy = 'groups' | 'groupsWithActions' | 'actionsAndRecipients';

/** A report is declared, not programmed: everything River does with it follows from this. */
export interface Report {
  /** Its number in the walkthrough, 1 to 27. */
  readonly number: number;
  readonly slug: string;
  readonly title: string;
  /** What its rows say, in a line: who chooses a report reads it. */
  readonly purpose: string;
  /** Path below the connection's base URL. */
  readonly endpoint: string;
  /** `day`: a Date per call; `campaigns`: campaigns are found on each day; `none`: no period. */
  readonly time: 'day' | 'campaigns' | 'none';
  readonly axes: readonly Axis[];
  /** The filters a river may give. */
  readonly filters: readonly FilterName[];
  /** Parameters that every call sends. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether a river may ask for `includeControlGroup`. */
  readonly controlGroup: boolean;
  /** Whether the call pages with $top and $skip. */
  readonly pages: boolean;
  /** The day stamped on the rows where the calls take none. */
  readonly snapshot?: Snapshot;
  /** Left out where every call has to be made. */
  readonly prunedBy?: PrunedBy;
  /** What asks for less at a time, where its call has no pages: the advice where an answer is too large. */
  readonly askForLess?: string;
  /** Stamped columns first, then the answer's. */
  readonly columns: readonly Column[];
  /** Names of the columns that tell rows apart. Inferred: Optimove publishes no keys. */
  readonly key: readonly string[];
  /** False where equal rows are legitimate (report 3). */
  readonly keyIsUnique: boolean;
  /** Whether the keys of its answer are inferred from other calls: a tenant may well answer with others. */
  readonly keysAreGuessed?: boolean;
  /** What is not publicly documented about it, for the reader of docs/reports.md. */
  readonly notes?: string;
}

/** A column that is stamped from the call: the answer does not repeat this parameter. */
export function stamped(parameter: string, type: ColumnType): Column {
  return { name: snakeCase(parameter), type, from: 'call', source: parameter };
}

/** A column for a key of the answer. */
export function answered(
  key: string,
  type: ColumnType,
  more: Pick<Column, 'alsoSpelled' | 'nullWord' | 'rowPerItem'> = {},
): Column {
  return { name: snakeCase(key), type, from: 'answer', source: key, ...more };
}

/** The day that is asked for, where the answer has a `Date` of its own. */
export const endDate: Column = { name: 'end_date', type: 'date', from: 'call', source: 'Date' };

/** The day on which a campaign report found its campaign: the `Date` of the list call. */
export const foundOn: Column = { name: 'found_on', type: 'date', from: 'call', source: 'Date' };

/** The day up to which Optimove's data was complete. */
export const dataDate: Column = {
  name: 'data_date',
  type: 'date',
  from: 'call',
  source: 'GetLastDataUpdate',
};

/** The run's day, where the answer is the state of this moment. */
export const snapshotDate: Column = {
  name: 'snapshot_date',
  type: 'date',
  from: 'call',
  source: "run's day",
};

/** A report's declaration, frozen all through: nothing may change what every run relies on. */
export function declareReport(report: Report): Report {
  return freeze(report);
}
