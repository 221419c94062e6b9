import { checkRiver, type Surroundings } from '#domain/river/check-river';
import {
  besides,
  type Path,
  type Problem,
  pathText,
  type Show,
  showValue,
  valueAt,
} from '#domain/river/problem';
import { readShape, readSound } from '#domain/river/read-shape';
import { checkConnections, type Refers } from './check-connections.ts';
import { checkNotify } from './check-notify.ts';
import { checkSchedule } from './check-schedule.ts';
import { checkWarehouses } from './check-warehouses.ts';
import { warehouseOf } from './configuration-of-file.ts';
import { ConfigurationFile, SoundFile } from './file-schema.ts';
import { layDefaults, writtenPath } from './lay-defaults.ts';
import { isSecretPath, type Resolved } from './resolve-references.ts';

export interface CheckedFile {
  /** Everything that is wrong, at the paths at which a person wrote it. */
  readonly problems: readonly Problem[];
  /** Undefined unless all is right. */
  readonly value: ConfigurationFile | undefined;
}

/** Checks a file's shape and its meaning; what is wrong with a value hides nothing that is wrong elsewhere. */
export function checkFile(written: unknown, resolved: Resolved, folder: string): CheckedFile {
  const laid = layDefaults(resolved.value);
  const show: Show = (path, value) => {
    // A file that is no configuration may be anything, a key itself for one.
    if (path.length === 0 && isScalar(value)) return 'a text';
    const origin = writtenPath(written, path);
    const hidden = isSecretPath(origin) || resolved.referring.has(pathText(origin));
    return hidden && isScalar(value) ? 'a secret' : showValue(value);
  };
  const asWritten = (problem: Problem): Problem => ({ ...problem, path: writtenPath(written, problem.path) });

  const shape = readShape(ConfigurationFile, laid, show);
  const sound = shape.value ?? readSound(SoundFile, laid) ?? {};
  const refers = (path: Path): boolean => resolved.referring.has(pathText(path));
  const meaning = [
    ...checkConnections(sound.connections ?? {}, refers, show),
    ...checkWarehouses(sound.warehouses ?? {}, refers, show),
    ...checkRivers(sound, laid, folder, show, (path) => refers(writtenPath(written, path))),
  ];

  const unresolved = resolved.problems;
  const misshapen = besides(unresolved, shape.problems.map(asWritten));
  const meaningless = besides([...unresolved, ...misshapen], meaning.map(asWritten));
  const problems = [...unresolved, ...misshapen, ...meaningless];
  return { problems, value: problems.length === 0 ? shape.value : undefined };
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

function checkRivers(sound: SoundFile, laid: unknown, folder: string, show: Show, refers: Refers): Problem[] {
  const rivers = new Map(Object.entries(sound.rivers ?? {}));
  const around: Surroundings = {
    connections: new Map(namesOf(laid, 'connections').map((name) => [name, undefined])),
    warehouses: new Map(
      namesOf(laid, 'warehouses').map((name) => [name, soundWarehouse(sound, name, folder)]),
    ),
    rivers,
  };
  return [...rivers].flatMap(([name, river]) => {
    const path = ['rivers', name];
    const showHere: Show = (inside, value) => show([...path, ...inside], value);
    return [
      ...checkRiver(name, river, around, showHere),
      ...(river.schedule ? checkSchedule(river.schedule, showHere) : []),
      ...(river.notify ? checkNotify(river.notify, (inside) => refers([...path, ...inside])) : []),
    ].map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
  });
}

function soundWarehouse(sound: SoundFile, name: string, folder: string) {
  const { client, connection, schema } = sound.warehouses?.[name] ?? {};
  if (client === undefined || connection === undefined) return undefined;
  return warehouseOf(name, { client, connection, schema }, folder);
}

/** Also of connections and warehouses that are themselves at fault. */
function namesOf(file: unknown, section: string): string[] {
  return Object.keys(Object(valueAt(file, [section])));
}
