import { beside, type ValueCase, valueCases, valueCaseTypes } from '../../test/helpers/value-cases.ts';
import { type AnswerCase, answerCases } from '../../test/optimove/answer-cases.ts';
import { code, table } from './table.ts';

const introduction = `# What does River do with each answer of the API?

Written by \`npm run docs\` from the tables of the tests (\`test/optimove/answer-cases.ts\`, \`test/helpers/value-cases.ts\`): the tests send each answer below to the real HTTP client,
and pull, stage and load each value into Postgres and SQLite.

## What an answer means

| meaning | what River does |
| --- | --- |
| rows, no rows | stages them; "with a warning" adds the call to the run's \`warnings\` |
| tried again | sends the call again after waits that grow, until \`giveUpAfter\` |
| throttled | the whole connection waits, as after 429; this counts as no attempt and not towards \`giveUpAfter\` |
| GetLastDataUpdate is asked | makes this call: 404 there too, or only HTML pages for 15 s, is a configuration error; after anything else the run continues |
| refused | the chunk fails, the others continue. If GetLastDataUpdate is refused, also by 403 or 404, the run continues with a warning |
| credentials refused | the run stops and names the connection. With a login, River signs in again once before that |
| configuration error | the run stops and says what to change |

A *list call of a day* finds the campaigns or target groups of one day; a *list call of the run* (GetAllActions, GetTargetGroupDetails, GetExecutionChannels, GetLifecycleStageList) is made once.
A *data call of guessed keys* belongs to one of the reports 13 to 15, or to an endpoint that no report has: its fields are not known in advance.
`;

const values = `## What a value becomes

A column keeps its type. Each value is read as the type of the column in the table. If it does not fit, the column is null, the value is stored as text, exactly as it came, in \`<name>__text\`
(**beside** in the table), and the run warns once for each column. In a column of the report's key the chunk fails instead; \`drift: ignore\` drops the value, \`drift: fail\` fails the chunk.

The same rule holds for narrower columns of a table that you created yourself: a value that \`varchar(10)\` would cut, \`numeric(10,2)\` would round or \`smallint\` cannot hold is stored beside.
A Boolean of the report is 1 or 0 in a column of numbers. A domain of Postgres counts as the type it is made of; an enum holds its own words. In SQLite a column such as \`STRING\` or \`JSON\`, whose name is no number's, keeps texts, but SQLite would turn \`007\` there into 7: such a text is stored beside.

A field that the report does not declare gets its type from all values of the first chunk that contains it, except null and \`""\`: all numbers → \`numeric\` (SQLite: a column without a type; Snowflake: [with the digits that they need](warehouses.md#snowflake)), all true or false → \`boolean\`, else
\`text\`; objects and lists are JSON text. A field that has only null or \`""\` gets no column yet.
`;

/** docs/answers.md: what each answer means, then what each value becomes in a column of each type. */
export function renderAnswersPage(): string {
  const sections = Object.entries(answerCases).map(
    ([title, cases]) =>
      `### ${title}\n\n${table(['answer', 'to', 'after', 'means'], cases.map(renderAnswer))}`,
  );
  const head = ['value', ...valueCaseTypes, ''];
  return [introduction, ...sections, values, table(head, valueCases.map(renderValue))].join('\n');
}

/** The calls of a case, the larger groups in one word. */
function askedFor(to: AnswerCase['to']): string {
  const all = [
    'data call',
    'list call of a day',
    'list call of the run',
    'GetLastDataUpdate',
    'sign-in',
  ] as const;
  const has = (calls: readonly AnswerCase['to'][number][]) => calls.every((call) => to.includes(call));
  if (has(all)) return 'every call';
  const dataAndLists = all.slice(0, 3);
  if (!has(dataAndLists)) return to.join(', ');
  const others = to.filter((call) => !dataAndLists.some((each) => each === call));
  return ['data and list calls', ...others].join(', ');
}

function renderAnswer({ answer, to, after, means, status }: AnswerCase): string[] {
  const shown = status === 200 || answer.startsWith(String(status)) ? answer : `${status}: ${answer}`;
  return [shown, askedFor(to), after ?? '', means];
}

function renderValue({ json, note, becomes }: ValueCase): string[] {
  const cells = valueCaseTypes.map((type) => {
    const value = becomes[type];
    if (value === beside) return 'beside';
    return value === null ? 'null' : code(value === '' ? '""' : String(value));
  });
  return [code(json), ...cells, note ?? ''];
}
