/** The size of the made-up tenant. The defaults are small enough for a demo. */
export interface WorldSize {
  /** Actions of GetAllActions. Default 4. */
  readonly actions: number;
  /** Target groups. Default 4. */
  readonly targetGroups: number;
  /** Execution channels. Default 3. */
  readonly channels: number;
  /** Lifecycle stages. Default 4. */
  readonly stages: number;
  /** The number of customers; at least ten times the most rows of a call. Default 1000. */
  readonly customers: number;
  /** Fewest and most customers of one action in one recipient group on one day, and of one campaign. Default 0 to 40. */
  readonly rowsPerCall: readonly [number, number];
  /** Fewest and most campaigns that begin on a day. Default 1 to 4. */
  readonly campaignsPerDay: readonly [number, number];
  /** The share, 0 to 1, of the pairs of action and recipient group that run on a day. Default 0.6. */
  readonly busyShare: number;
  /** The recipient groups that run, from 0 to 9. Default 1 to 6. */
  readonly recipientGroups: readonly number[];
}

export const defaultSize: WorldSize = {
  actions: 4,
  targetGroups: 4,
  channels: 3,
  stages: 4,
  customers: 1000,
  rowsPerCall: [0, 40],
  campaignsPerDay: [1, 4],
  busyShare: 0.6,
  recipientGroups: [1, 2, 3, 4, 5, 6],
};

interface Action {
  readonly id: number;
  readonly name: string;
}
interface TargetGroup extends Action {
  readonly priority: number;
}
export interface Definitions {
  readonly actions: readonly Action[];
  readonly targetGroups: readonly TargetGroup[];
  readonly channels: readonly Action[];
  readonly stages: readonly Action[];
}

/** The definitions of the tenant: ids with gaps, names that differ only in case, names of digits, names with quotes. */
export function makeDefinitions(size: WorldSize): Definitions {
  return {
    // ActionID 1 marks a customer of the control group, so no action has it.
    actions: named(size.actions, (at) => 12 + 3 * at, actionNames, 'Action'),
    targetGroups: named(size.targetGroups, (at) => 9 + 5 * at, targetGroupNames, 'Target group').map(
      (group, at) => ({ ...group, priority: at + 1 }),
    ),
    channels: named(size.channels, (at) => channelIds[at] ?? 600 + at, channelNames, 'Channel'),
    stages: named(size.stages, (at) => 1 + at, stageNames, 'Stage'),
  };
}

const actionNames = [
  'Free Spins',
  '10% Bonus',
  'Überraschung 🎁',
  '10% BONUS',
  'Say "hi", then wait',
  "O'Brien's \\ back\tslash",
  '2026',
  'Line one\nline two',
];
const targetGroupNames = [
  'New UK',
  'Churned "VIP"',
  'Très actifs',
  'Whales \\ dormant',
  "Reactivated 'soon'",
];
const channelIds = [504, 505, 506, 510, 511, 502];
const channelNames = ['Optimail', 'SMS', 'Push', 'Web push', 'In-platform', 'Call centre'];
const stageNames = ['New', 'Active', 'Churned', 'Reactivated', 'Dormant'];

function named(
  count: number,
  idAt: (at: number) => number,
  names: readonly string[],
  word: string,
): readonly Action[] {
  return Array.from({ length: count }, (_, at) => ({
    id: idAt(at),
    name: names[at] ?? `${word} ${idAt(at)}`,
  }));
}
