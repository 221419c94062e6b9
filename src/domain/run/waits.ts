/** What a part of a run waits for that is not under way. Instants are ISO 8601, UTC. */
export type WaitOn =
  /** The call budget is used up, or the API has asked to wait. */
  | { readonly on: 'quota' }
  /** The worker works through as many slices of the connection as it may. */
  | { readonly on: 'slot' }
  /** Nothing can be stored there, so nothing is called. */
  | { readonly on: 'warehouse'; readonly warehouse: string; readonly reason: string; readonly since: string }
  | {
      readonly on: 'connection';
      readonly reason: string;
      readonly since: string;
      readonly tries: number;
      readonly nextAt: string;
    };
