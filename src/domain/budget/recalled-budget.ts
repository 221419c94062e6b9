import type { SavedBudget } from './resume-budget.ts';

/** What could be learned of the budget that was kept under the same workflow id before. */
export type RecalledBudget =
  | { readonly found: 'nothing' }
  | { readonly found: 'budget'; readonly budget: SavedBudget }
  /** There was one, and what it remembered cannot be read: whatever could have been sent was sent. */
  | { readonly found: 'unreadable' };
