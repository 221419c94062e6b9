/** Said of what the schema of a whole river requires, and that of a part, which editors have, cannot. */
export const required = 'Required, here or under `defaults:`.';
