/** The id of the workflow that keeps a connection's budget. One for each connection and namespace. */
export const budgetWorkflowId = (connection: string): string => `apiBudget/${connection}`;
