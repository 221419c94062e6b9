import type { Path, Problem, Show } from '#domain/river/problem';
import { type Refers, secretInTheFile } from './check-connections.ts';
import type { SoundFile } from './file-schema.ts';
import { isThisMachine } from './hosts.ts';

type Connection = NonNullable<NonNullable<SoundFile['warehouses']>[string]['connection']>;

/** Where the tables lie, as each of them calls it; it is always named. */
const schemas = {
  bigquery: {
    pattern: /^\w{1,1024}$/,
    missing: { message: 'missing, name the dataset', missing: true },
    wrong: {
      message:
        'expected the name of a dataset (letters, digits and _; the project is connection.projectId), got ',
    },
  },
  snowflake: {
    pattern: /^[A-Za-z_][\w$]{0,254}$/,
    missing: { message: 'missing, name the schema', missing: true },
    wrong: {
      message:
        'expected the name of a schema (letters, digits, _ and $, in any case; the database is connection.database), got ',
    },
  },
} as const;

export function checkCloudSchema(
  path: Path,
  client: keyof typeof schemas,
  schema: string | undefined,
  show: Show,
): Problem[] {
  const { pattern, missing, wrong } = schemas[client];
  if (schema === undefined) return [{ path, ...missing }];
  return pattern.test(schema) ? [] : [{ path, message: wrong.message + show(path, schema) }];
}

const noMap = (path: Path, example: string): Problem => ({
  path,
  message: `expected a map with the settings of the driver, such as ${example}`,
});

export function checkAccount(path: string[], connection: Connection, refers: Refers): Problem[] {
  if (typeof connection === 'string')
    return [noMap(path, '{ projectId: my-project, keyFilename: ./key.json }')];
  return [
    ...checkKeys(path, connection, bigQueryKeys),
    ...checkCredentials([...path, 'credentials'], connection.credentials, refers),
  ];
}

/** The content of a key file: a map, or its text where it comes from a variable, a file or a command. */
function checkCredentials(path: string[], credentials: unknown, refers: Refers): Problem[] {
  if (typeof credentials === 'string') {
    if (!refers(path)) return [{ path, message: secretInTheFile }];
    return isJsonObject(credentials)
      ? []
      : [{ path, message: 'expected the JSON text of a key file, got a secret' }];
  }
  if (typeof credentials !== 'object' || credentials === null) return [];
  return ['private_key', 'client_secret', 'refresh_token'].flatMap((key) => {
    const keyPath = [...path, key];
    return key in credentials && !refers(keyPath) ? [{ path: keyPath, message: secretInTheFile }] : [];
  });
}

function isJsonObject(text: string): boolean {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}

/** What a driver calls a setting, by the names that others give it. It does not look at a name that it does not know. */
interface DriverKeys {
  readonly known: readonly string[];
  readonly meant: Readonly<Record<string, string>>;
  /** What is named beside the connection. */
  readonly schema: ReadonlySet<string>;
}

const bigQueryKeys: DriverKeys = {
  known: ['projectId', 'location', 'keyFilename', 'credentials', 'apiEndpoint', 'universeDomain'],
  meant: {
    project: 'projectId',
    region: 'location',
    keyfilepath: 'keyFilename',
    keypath: 'keyFilename',
    endpoint: 'apiEndpoint',
  },
  schema: new Set(['schema', 'dataset', 'datasetid']),
};

const snowflakeKeys: DriverKeys = {
  known: [
    ...['account', 'accessUrl', 'username', 'password', 'authenticator', 'token', 'role', 'warehouse'],
    ...['database', 'privateKey', 'privateKeyPath', 'privateKeyPass', 'oauthClientId', 'oauthClientSecret'],
  ],
  meant: {
    user: 'username',
    db: 'database',
    privatekeyfile: 'privateKeyPath',
    privatekeypassphrase: 'privateKeyPass',
    privatekeyfilepwd: 'privateKeyPass',
  },
  schema: new Set(['schema']),
};

/** As other tools write it: `project_id`, `projectID`. */
const plain = (key: string): string => key.toLowerCase().replaceAll(/[_-]/g, '');

function checkKeys(path: string[], connection: object, { known, meant, schema }: DriverKeys): Problem[] {
  return Object.entries(connection).flatMap(([key, value]) => {
    const keyPath = [...path, key];
    if (schema.has(plain(key)))
      return [{ path: keyPath, message: "belongs beside connection, as the warehouse's own `schema`" }];
    const name = meant[plain(key)] ?? known.find((each) => plain(each) === plain(key));
    if (name !== undefined && name !== key)
      return [{ path: keyPath, message: `the driver calls it ${name}` }];
    // The driver would fail at it, or take another place than is meant.
    const isFit = name === undefined || name === 'credentials' || typeof value === 'string';
    return isFit ? [] : [{ path: keyPath, message: 'expected a text, put it into quotes' }];
  });
}

/** Settings of the driver that are secrets. */
const snowflakeSecrets = [
  'password',
  'privateKey',
  'privateKeyPass',
  'token',
  'oauthClientSecret',
  'passcode',
  'proxyPassword',
];

export function checkSnowflake(path: string[], connection: Connection, refers: Refers): Problem[] {
  if (typeof connection === 'string')
    return [
      noMap(
        path,
        '{ account: my-account, username: RIVER, authenticator: SNOWFLAKE_JWT, privateKeyPath: ./key.p8, warehouse: LOADING, database: ANALYTICS }',
      ),
    ];
  const { account, accessUrl, host, database, authenticator, privateKey, privateKeyPath } = connection;
  const signsWithKey = String(authenticator).toUpperCase() === 'SNOWFLAKE_JWT';
  const missing = true as const;
  return [
    ...(account === undefined && accessUrl === undefined && host === undefined
      ? [{ path: [...path, 'account'], message: 'missing, name the account', missing }]
      : []),
    ...(database === undefined
      ? [{ path: [...path, 'database'], message: 'missing, name the database', missing }]
      : []),
    ...(signsWithKey && privateKey === undefined && privateKeyPath === undefined
      ? [{ path: [...path, 'privateKeyPath'], message: 'missing, name the file of the key', missing }]
      : []),
    ...checkKeys(path, connection, snowflakeKeys),
    ...snowflakeSecrets.flatMap((key) => {
      const keyPath = [...path, key];
      return key in connection && !refers(keyPath) && !isTheEmulator(accessUrl)
        ? [{ path: keyPath, message: secretInTheFile }]
        : [];
    }),
  ];
}

const isTheEmulator = (accessUrl: unknown): boolean =>
  typeof accessUrl === 'string' && URL.canParse(accessUrl) && isThisMachine(new URL(accessUrl).hostname);
