import type { Axis, FilterName, PrunedBy, Report } from '#domain/catalogue/report';
import type { Column } from '#domain/column/column';
import { reportUses } from './report-uses.ts';
import { sampleRow } from './sample-rows.ts';
import { code, table } from './table.ts';

const introduction = `# Which report do I need?

Written from the catalogue (\`src/domain/catalogue\`) by \`npm run docs\`; edit the declarations, not this page. The sample rows are made-up ones, of the simulator.

- **Calls** are the calls of a run to Optimove's API; each data call is made once for every page of its answer.
- A **filter** that is left out means *all*, found through the API's own list call, unless its line says otherwise.
  A number is an id and needs no list call; a text is a name, in any case.
- A column is **stamped** if the answer does not repeat the parameter of the call, and comes from the **answer** otherwise,
  under the given key, in any case. Each requested customer attribute becomes a text column of its own.
  Every row also carries \`_river\`, \`_run_id\`, \`_chunk\` and \`_loaded_at\`.
- **Keys** are inferred: Optimove publishes none. \`load: merge\` uses them unless the river gives its own \`key:\`.
- A river can correct what is different for a tenant: \`overrides: { endpoint, parameters, pages, columns }\`.
`;

/** docs/reports.md: contents, then every report. */
export function renderReportsPage(reports: readonly Report[]): string {
  return [introduction, renderContents(reports), ...reports.map(renderReport)].join('\n');
}

function renderContents(reports: readonly Report[]): string {
  const rows = reports.map(({ number, slug, purpose, time }) => [
    `${number}`,
    `[\`${slug}\`](#${slug})`,
    purpose,
    time,
  ]);
  return `## Contents\n\n${table(['#', 'report', 'what it brings', 'time'], rows)}`;
}

function renderReport(report: Report): string {
  const facts = [
    `No. ${report.number}: **${report.title}**, \`${report.endpoint}\`${report.pages ? ', page by page' : ''}`,
    `Time: ${describeTime(report)}`,
    `Filters: ${describeFilters(report)}`,
    ...alwaysSent(report),
    `Calls: ${describeCalls(report)}`,
    ...(report.prunedBy ? [`With \`prune: true\`: ${pruned[report.prunedBy]}`] : []),
    `Key: ${report.key.map(code).join(', ')}${report.keyIsUnique ? '' : ' (not unique)'}`,
  ];
  const sample = sampleRow(report);
  const columns = report.columns.map((column) => [
    code(column.name),
    column.type,
    describeSource(column),
    sample.get(column.name) ?? 'null',
  ]);
  const notes = report.notes ? `\n${report.notes}\n` : '';
  return `## ${report.slug}\n\n${describeUse(report)}\n\n${facts.map((fact) => `- ${fact}\n`).join('')}${notes}\n${table(['column', 'type', 'from', 'in a sample row'], columns)}`;
}

function describeUse({ slug, purpose }: Report): string {
  const use = reportUses[slug];
  if (use === undefined) throw new Error(`scripts/docs/report-uses.ts does not say when to use ${slug}.`);
  return `${purpose}\n\n**When to use it.** ${use}`;
}

const pruned: Readonly<Record<PrunedBy, string>> = {
  groups: 'only target groups that ran on the day are called (GetTargetGroupsByDate)',
  groupsWithActions:
    'only target groups that ran an action on the day are called (GetTargetGroupsByDate, GetActionsByTargetGroup)',
  actionsAndRecipients:
    'only actions and recipient groups that ran on the day are called (GetTargetGroupsByDate, GetActionsByTargetGroup)',
};

function describeTime({ time, snapshot, axes }: Report): string {
  if (time === 'campaigns')
    return 'a period, in which campaigns are found day by day; `found_on` is that day';
  if (time === 'day') {
    const stamp = axes.find((axis) => axis.over === 'day')?.stamp ?? 'date';
    return `a period, one day a call; ${code(stamp)} is that day`;
  }
  if (!snapshot) return 'none';
  const day = snapshot.day === 'lastDataUpdate' ? 'the day of GetLastDataUpdate' : "the run's day";
  return `none; ${code(snapshot.column)} is ${day}`;
}

function describeFilters({ filters, axes, controlGroup }: Report): string {
  const named = filters.map((filter) => `${code(filter)}${describeDefault(filter, axes)}`);
  if (controlGroup) named.push('`includeControlGroup: true` (beside the filters)');
  return named.length === 0 ? 'none' : named.join(', ');
}

function describeDefault(filter: FilterName, axes: readonly Axis[]): string {
  if (filter === 'customerAttributes') return ' (up to 10; left out: none)';
  if (filter === 'customerAttribute') return ' (name and value, in place of stages)';
  for (const axis of axes) {
    if (axis.over === 'campaign' && axis.channel !== 'always')
      return ' (choose campaigns; left out: every campaign)';
    if (axis.over !== filter) continue;
    if (axis.leftOut === 'required') return ' (required)';
    if (axis.leftOut === 'omit') return ' (left out: not sent)';
  }
  return '';
}

function alwaysSent({ parameters }: Report): string[] {
  const sent = Object.entries(parameters).map(([name, value]) => code(`${name}=${value}`));
  return sent.length === 0 ? [] : [`Always sent: ${sent.join(', ')}`];
}

function describeSource({ from, source, alsoSpelled = [], rowPerItem }: Column): string {
  if (from === 'call') return `stamped: ${source}`;
  const spellings = [source, ...alsoSpelled].join(', ');
  return `answer: ${spellings}${rowPerItem ? '; a list becomes one row for each' : ''}`;
}

const campaignsOfDay = 'GetExecutedCampaignDetails for each day';
const campaignsOfChannel = 'GetExecutedCampaignsByChannel for each day and channel';

/** The calls that a run makes, list calls first, in a sentence. */
function describeCalls({ axes, snapshot }: Report): string {
  const lists = axes.flatMap(describeListCalls);
  if (snapshot?.day === 'lastDataUpdate') lists.push('GetLastDataUpdate');
  const data = axes.map(describeTimes).join(' × ') || '1';
  return [...lists, `${lists.length > 0 ? 'then ' : ''}${data}`].join('; ');
}

function describeListCalls(axis: Axis): string[] {
  const once = (list: string) => [`${list} once, where the filter names something or is left out`];
  switch (axis.over) {
    case 'actions':
      return once('GetAllActions');
    case 'targetGroups':
      return once('GetTargetGroupDetails');
    case 'executionChannels':
      return axis.leftOut === 'all'
        ? once('GetExecutionChannels')
        : ['GetExecutionChannels once, where the filter names something'];
    case 'lifecycleStageOrAttribute':
      return ['GetLifecycleStageList once, where stages are named or both filters are left out'];
    case 'campaign':
      if (axis.channel === 'always') return [...once('GetExecutionChannels'), campaignsOfChannel];
      return [
        'GetExecutionChannels once, where the filter names something',
        `${campaignsOfDay}, or ${campaignsOfChannel} where channels are chosen`,
      ];
    default:
      return [];
  }
}

function describeTimes(axis: Axis): string {
  switch (axis.over) {
    case 'day':
      return 'days';
    case 'actions':
      return 'actions';
    case 'recipientGroup':
      return 'RecipientGroupID 0–9';
    case 'targetGroups':
      return 'target groups';
    case 'executionChannels':
      return axis.leftOut === 'omit' ? 'max(1, chosen channels)' : 'channels';
    case 'changedCustomerAttribute':
      return 'changed attributes';
    case 'events':
      return 'events';
    case 'activityEvents':
      return 'activity events';
    case 'lifecycleStageOrAttribute':
      return 'lifecycle stages, or 1 for `customerAttribute`';
    case 'campaign':
      if (axis.channel === 'always') return 'pairs of campaign and channel found';
      if (axis.channel === 'never') return 'campaigns found';
      return 'campaigns found, or the pairs found where channels are chosen (`ChannelID` is sent then)';
  }
}
