import { once } from 'node:events';
import type { Command } from 'commander';
import { ConfigurationError } from '#domain/errors';
import { action, type CommandContext } from '../context.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readPort } from '../flags.ts';
import { examples } from '../help.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly webUi?: string;
}

/** The default port of the dashboard. */
export const dashboardPort = '8080';

export function addDashboard(program: Command): void {
  program
    .command('dashboard')
    .description('Show rivers, runs, days and the call budget as pages in a browser; they only read')
    .summary('rivers, runs and days as pages in a browser')
    .option('--port <port>', 'port to listen on; 0 takes a free one', dashboardPort)
    .option('--host <address>', 'address to listen on; whoever reaches it can read the pages', '127.0.0.1')
    .option('--allow-host <name...>', 'further names under which a browser may ask for the pages')
    .option(
      '--web-ui <url>',
      "address of Temporal's Web UI, for links (default: RIVER_WEB_UI, the usual one of a local server)",
    )
    .addHelpText(
      'after',
      examples(
        ['Show it on the default port', 'river dashboard'],
        ['Link to a Web UI elsewhere', 'river dashboard --port 9000 --web-ui https://temporal.example.com'],
      ),
    )
    .action(action(dashboard));
}

async function dashboard(context: CommandContext, flags: Flags): Promise<ExitCode> {
  const { terminal, environment, interrupted, configurationFile: file, sources } = context;
  const { createConfigurations } = await import('#config/watch-configuration');
  const configurations = createConfigurations({
    file,
    ...sources,
    onFault: (fault) => terminal.say(fault.message),
  });
  // A faulty file is refused here, and not by each page.
  await configurations.current();
  const { temporalOptions } = await import('#control/connect-temporal');
  const { guessWebUi } = await import('#domain/run/web-ui');
  const { serveDashboard } = await import('#dashboard/serve-dashboard');
  const { host, allowHost = [], webUi } = flags;
  const served = await serveDashboard({
    port: readPort('--port', flags.port),
    host,
    names: allowHost,
    configuration: () => configurations.current(),
    webUi: readWebUi(webUi) ?? environment.webUi ?? guessWebUi(temporalOptions().connectionOptions.address),
    say: (line) => terminal.say(line),
  });
  terminal.answer({
    json: { url: served.url },
    text: [`Dashboard  ${served.url}`, 'Stop with Ctrl-C.'].join('\n'),
  });
  if (!interrupted.aborted) await once(interrupted, 'abort');
  await served.stop();
  return exitCode.done;
}

function readWebUi(url: string | undefined): string | undefined {
  if (url === undefined || /^https?:\/\//.test(url)) return url;
  throw new ConfigurationError(`--web-ui: expected a URL that begins with http:// or https://, got "${url}"`);
}
