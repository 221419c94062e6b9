/** One HTTP request that was sent, whatever came of it: it counts on the budget and becomes a row of `river_calls`. */
export interface RequestRecord {
  /** When it was handed to the socket, ISO 8601 in UTC. */
  readonly at: string;
  /** The call's key, or `general/login` for a sign-in. */
  readonly call: string;
  /** Null where no status came (reset, timeout). */
  readonly status: number | null;
  /** Rows received. */
  readonly rows: number;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  readonly milliseconds: number;
}
