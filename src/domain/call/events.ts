/** The kinds of interaction that Optimove has codes for; 7 and 8 are not publicly documented. */
export const eventCodes: Readonly<Record<string, number>> = Object.freeze({
  sent: 0,
  delivered: 1,
  opened: 2,
  clicked: 3,
  unsubscribed: 4,
  dropped: 5,
  spam_report: 6,
  bounced: 9,
});

/** The names that a filter may give in place of a code. */
export const eventNames: readonly string[] = Object.freeze(Object.keys(eventCodes));
