/** The Temporal task queue that River's workers poll and every run is started on. */
export const taskQueue = 'river';

/** The search attributes of a run and their types. A run sets only those that its namespace has registered. */
export const riverSearchAttributes = {
  RiverName: 'KEYWORD',
  RiverReport: 'KEYWORD',
  RiverConnection: 'KEYWORD',
  RiverFailedChunks: 'INT',
} as const;

/** The types of search attributes, as Temporal's command line takes them. */
export const typeInCli = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const;

/** Where Temporal's own tools look by default. */
export const defaultTemporalAddress = '127.0.0.1:7233';
