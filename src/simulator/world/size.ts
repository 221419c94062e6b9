/** How large the made-up tenant is. Every number may be chosen; what is left out is small enough for a demo. */
export interface WorldSize {
  /** Actions of GetAllActions. Default 4. */
  readonly actions: number;
  /** Target groups. Default 4. */
  readonly targetGroups: number;
  /** Execution channels. Default 3. */
  readonly channels: number;
  /** Lifecycle stages. Default 4. */
  readonly stages: number;
  /** All customers there are; raised to ten times the most rows of a call. Default 1000. */
  readonly customers: number;
  /** Fewest and most customers of one action in one recipient group on one day, and of one campaign. Default 0 to 40. */
  readonly rowsPerCall: readonly [number, number];
  /** Fewest and most campaigns that begin on a day. Default 1 to 4. */
  readonly campaignsPerDay: readonly [number, number];
  /** The share, 0 to 1, of the pairs of action and recipient group that run on a day. Default 0.6. */
  readonly busyShare: number;
  /** The recipient groups that run at all, of 0 to 9. Default 1 to 6. */
  readonly recipientGroups: readonly number[];
}

export const defaultSize: WorldSize = {
  actions: 4,
  targetGroups: 4,
  channels: 3,
  stages: 4,
  customers: 1000,
  rowsPerCall: [0, 40],
  campaignsPerDay: [1, 4],
  busyShare: 0.6,
  recipientGroups: [1, 2, 3, 4, 5, 6],
};
