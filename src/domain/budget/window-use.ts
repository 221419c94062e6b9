/** A window of a connection's budget as it stands now. */
export interface WindowUse {
  readonly calls: number;
  readonly perSeconds: number;
  readonly used: number;
  readonly free: number;
}
