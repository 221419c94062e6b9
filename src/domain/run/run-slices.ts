/** The slice that holds the list calls of the whole run; it belongs to no chunk. */
export const listsOfRun = 'lists';

/** The slice of the one call that tells "no rows" from a wrong base URL, where nothing but 404 came; of no chunk either. */
export const baseUrlProbe = 'proof';

/** The slice of the call that asks how far the data is complete; it belongs to no chunk, and each ask is one. */
export const askForData = (ask: number): string => `freshness-${ask}`;

export const isAskForData = (slice: string): boolean => /^freshness-\d+$/.test(slice);
