import type { Core } from '../core.ts';
import { type RowList, rowsFrom } from '../row-list.ts';

/** Report 17. */
export function targetGroupDetails(core: Core): RowList {
  return rowsFrom(core.definitions.targetGroups, ({ id, name, priority }) => ({
    TargetGroupID: id,
    TargetGroupName: name,
    TargetGroupPriority: priority,
  }));
}

/** Report 18. */
export function allActions(core: Core): RowList {
  return rowsFrom(core.definitions.actions, ({ id, name }) => ({ ActionID: id, ActionName: name }));
}

/** Report 25. */
export function executionChannels(core: Core): RowList {
  return rowsFrom(core.definitions.channels, ({ id, name }) => ({ ChannelID: id, ChannelName: name }));
}

export function lifecycleStages(core: Core): RowList {
  return rowsFrom(core.definitions.stages, ({ id, name }) => ({ StageID: id, StageName: name }));
}

export function customerAttributes(core: Core): RowList {
  return rowsFrom(core.attributes, (name) => ({
    RealFieldName: name,
    Description: `The customer's ${name}`,
  }));
}
