/** A calendar day, `YYYY-MM-DD`; no time, no zone. Days compare as strings. */
export type Day = string;

/** First and last day, both included. */
export interface Stretch {
  readonly first: Day;
  readonly last: Day;
}
