/** The Temporal task queue that River's workers poll and every run is started on. */
export const taskQueue = 'river';

/** What a run shows in Temporal's lists, and of which type. A run sets only those that its namespace has registered. */
export const riverSearchAttributes = {
  RiverName: 'KEYWORD',
  RiverReport: 'KEYWORD',
  RiverConnection: 'KEYWORD',
  RiverFailedChunks: 'INT',
} as const;

/** Temporal's words for the types of search attributes, as its command line takes them. */
export const typeInCli = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const;
