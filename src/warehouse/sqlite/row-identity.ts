/** What SQLite itself calls a row. No column of a target takes this name: see `ownColumns`. */
export const rowIdentity = '_rowid_';
