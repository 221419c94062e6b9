/** What a run shows in Temporal's lists, and of which type. A run sets only those that its namespace has registered. */
export const riverSearchAttributes = {
  RiverName: 'KEYWORD',
  RiverReport: 'KEYWORD',
  RiverConnection: 'KEYWORD',
  RiverFailedChunks: 'INT',
} as const;
