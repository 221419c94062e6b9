import type { Place } from './lines.ts';
import type { SharedBudget } from './shared-budget.ts';
import { lateMs } from './waiting-processes.ts';

/** Processes that wait ask this far apart from each other, so that they don't wear the budget out. */
const paceMs = 150;
/** While a probe is under way, others ask again after half its wait, but at least and at most after this. */
const [shortPollMs, longPollMs] = [1_000, 30_000];

/** Where a process stands that was not given all. */
export interface Standing {
  readonly process: string;
  /** When its next call may be sent, behind those for whom slots are left. */
  readonly nextAt: number;
  /** Those for whom slots are left. */
  readonly leftFor: readonly Place[];
  readonly aheadMs: number;
  /** How many others wait. */
  readonly others: number;
}

/** In how many milliseconds it is to ask again: before its turn, or in the place of the first who does not come. */
export function askAgainMs(budget: SharedBudget, standing: Standing, now: number): number {
  const { process, leftFor, aheadMs, others } = standing;
  const turnInMs = standing.nextAt - now - leadMsOf(budget, process, aheadMs);
  const insteadInMs = Math.min(...leftFor.map(({ from }) => from + lateMs - now));
  return Math.max(pollMs(budget), paceMs * (others + 1), Math.min(turnInMs, insteadInMs));
}

/** How long it takes at least until more is known, while a trial is under way. */
export function pollMs({ outage, trial }: SharedBudget): number {
  if (!trial) return 0;
  return outage.probe ? Math.min(longPollMs, Math.max(shortPollMs, outage.probe.waitMs / 2)) : shortPollMs;
}

/** How long before its slot a process is to ask; not all at once. */
function leadMsOf({ waiting }: SharedBudget, process: string, aheadMs: number): number {
  const processes = Object.keys(waiting);
  const place = processes.includes(process) ? processes.indexOf(process) : processes.length;
  return aheadMs * (1 / 4 + (1 / 2) * ((place + 1) / (processes.length + 2)));
}
