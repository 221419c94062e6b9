import type { WorldSize } from './size.ts';

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

/** What the tenant has set up: ids with gaps, names that differ only in case, names of digits, names with quotes. */
export function makeDefinitions(size: WorldSize): Definitions {
  return {
    // ActionID 1 marks a customer of the control group, so no action bears it.
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
