import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Variables } from '#config/resolve-references';
import { ConfigurationError } from '#domain/errors';
import type { Configuration } from '#domain/river/configuration';
import { quoteForShell } from '#domain/verify/repair-command';
import { askPerson, Unanswered } from '../ask-person.ts';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { FirstFlags } from '../first-river.ts';
import { examples } from '../help.ts';
import { nameSchema, riverCommand } from '../this-package.ts';

const whatItDoes = `
On a terminal it asks for what the options leave out; with OPTIMOVE_API_KEY set it offers your own
actions, target groups and channels. It overwrites no file.`;

const repeated = (value: string, before: string[] = []): string[] => [...before, value];

export function addInit(program: Command): void {
  program
    .command('init')
    .description('Write a first river.yaml and .env.example, by asking or from options')
    .summary('write a first river.yaml, by asking')
    .option('--base-url <url>', 'where your Optimove answers, such as https://api4.optimove.net/current')
    .option('--report <name>', 'one of the 27 reports; river reports lists them')
    .option('--period <name>', 'yesterday, previous_month, …')
    .option('--start <day>', 'first day of data, YYYY-MM-DD; without --end the river keeps up with new days')
    .option('--end <day>', 'last day of data, included')
    .option('--timezone <name>', 'where days begin, such as Europe/London')
    .option('--every <unit>', 'split into chunks: dont_split, daily (the default), monthly or yearly')
    .option('--size <n>', 'units in a chunk')
    .option('--filter <name=values>', 'ids or names separated by commas; repeat it for several', repeated)
    .option(
      '--warehouse <kind>',
      'sqlite (a file, the default) or postgres (its URL comes from WAREHOUSE_URL)',
    )
    .option('--schema <name>', 'the schema in Postgres; default: optimove')
    .option('--table <name>', 'the table; default: the name of the report')
    .option('--river <name>', 'the name of the river; default: the name of the report')
    .addHelpText(
      'after',
      `${whatItDoes}\n${examples(
        ['Ask for everything', 'river init'],
        [
          'Ask for nothing',
          'river init --base-url https://api4.optimove.net/current --report customers-by-action --start 2026-01-01 --end 2026-01-07',
        ],
        [
          'Pull from a simulator into Postgres',
          'river init --base-url http://127.0.0.1:4010/current --report promo-codes --period yesterday --warehouse postgres',
        ],
      )}`,
    )
    .action(action(init));
}

async function init(context: CommandContext, flags: FirstFlags): Promise<ExitCode> {
  const { terminal, environment, configurationFile: file } = context;
  const shown = relative('', file) || file;
  if (existsSync(file))
    throw new ConfigurationError(
      `${shown} is there already, and nothing was written. Test it with \`river check\`, or write another file: river --config other.yaml init`,
    );
  const { firstVariables, writeEnvExample, writeFirstConfiguration } = await import(
    '#config/first-configuration'
  );
  const { answerFirstRiver } = await import('../first-river.ts');
  const { variables } = environment;
  const isTerminal =
    process.stdin.isTTY === true && process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  try {
    const answers = await answerFirstRiver({
      flags,
      person: isTerminal ? await askPerson() : undefined,
      apiKey: variables[firstVariables.apiKey],
      async connect(baseUrl, apiKey) {
        const auth = { apiKey: `\${${firstVariables.apiKey}}` };
        const text = JSON.stringify({ connections: { main: { baseUrl, auth } }, warehouses: {} });
        const env = { ...variables, [firstVariables.apiKey]: apiKey };
        const connection = (await readText(text, file, env)).connections.get('main');
        if (!connection) throw new Error('the connection main is not in its own configuration');
        return connection;
      },
    });
    const folder = dirname(file);
    const text = writeFirstConfiguration({ ...answers, schema: nameSchema(folder) });
    // What is not set yet is no fault of this file.
    await readText(text, file, {
      ...variables,
      [firstVariables.apiKey]: variables[firstVariables.apiKey] || 'not-set-yet',
      [firstVariables.warehouse]: variables[firstVariables.warehouse] || 'postgres://127.0.0.1/not-set-yet',
    });
    await writeNew(file, text).catch((error: NodeJS.ErrnoException) => {
      throw new ConfigurationError(whyNotWritten(shown, error), { cause: error });
    });
    const envExample = join(folder, '.env.example');
    const isNew = await writeNew(envExample, writeEnvExample(answers)).then(
      () => true,
      () => false,
    );
    const needed = [
      firstVariables.apiKey,
      ...(answers.warehouse.client === 'pg' ? [firstVariables.warehouse] : []),
    ].filter((name) => !variables[name]);
    const named = file === resolve('river.yaml') ? '' : `--config ${quoteForShell(shown)} `;
    const next = `${riverCommand} ${named}check`;
    const { river } = answers;
    terminal.answer({
      json: { configuration: file, envExample: isNew ? envExample : null, river, needed, next },
      text: [
        `Wrote ${shown}${isNew ? ` and ${relative('', envExample)}` : ` (${relative('', envExample)} was there already, and is as it was)`}: one river, ${river}.`,
        ...(needed.length === 0
          ? []
          : [`Set ${needed.join(' and ')}: copy ${basename(envExample)} to .env, and fill it in.`]),
        `Then look at its rows (\`${riverCommand} ${named}preview ${quoteForShell(river)}\`), and run it (\`… run ${quoteForShell(river)} --local\`).`,
        'The next command:',
        `  ${next}`,
      ].join('\n'),
    });
    return exitCode.done;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    terminal.say('Nothing was written.');
    return exitCode.interrupted;
  }
}

/** Reads a configuration that is not written yet. Throws ConfigurationError with all its faults. */
async function readText(text: string, file: string, env: Variables): Promise<Configuration> {
  const { readConfigurationText } = await import('#config/load-configuration');
  const { outcome } = await readConfigurationText(text, { file, env });
  if ('configuration' in outcome) return outcome.configuration;
  const { message, faults } = outcome.fault;
  // Lines of a file that there is not would help nobody.
  const said = faults.length === 0 ? [message] : faults.map((fault) => `${fault.path}: ${fault.message}`);
  throw new ConfigurationError([...said, 'Nothing was written.'].join('\n'), { faults });
}

function whyNotWritten(file: string, { code, syscall }: NodeJS.ErrnoException): string {
  const why =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? `there is no folder ${dirname(resolve(file))}. Make it first, or write into another one`
      : code === 'EEXIST'
        ? 'there is a link of that name, which leads nowhere. Delete it'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? `you may not write into ${dirname(resolve(file))} (${code}). Go to a folder of your own`
          : `${syscall ?? 'writing'} failed (${code})`;
  return `${file} cannot be written: ${why}. Nothing was written.`;
}

/** Fails where there is such a file. */
const writeNew = (file: string, text: string): Promise<void> => writeFile(file, text, { flag: 'wx' });
