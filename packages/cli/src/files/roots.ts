/**
 * The folders that a run may read schemas from and write to: the project, and the folders outside of it that its config
 * or its command line names. The run checks every path of a schema, a pattern or a link here, links followed.
 */
import { dirname } from "node:path/posix";
import { isInside, shownPath } from "./paths.js";
import { realPath, repositoryOf, statOf } from "./text-file.js";

/** Line breaks of every kind, other control characters, and characters that change the direction of a text. */
const unusable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

export class Roots {
  readonly #folders: readonly string[];
  readonly #real: readonly string[];

  /**
   * @param projects absolute folders of the project
   * @param named absolute folders that the user named. One inside of a project adds nothing: it must not leave the
   *   project through a link
   */
  constructor(projects: readonly string[], named: readonly string[]) {
    const outside = named.filter((folder) => !projects.some((project) => isInside(project, folder)));
    this.#folders = [...projects, ...outside];
    this.#real = this.#folders.map(realPath);
  }

  /** The reason why a path may be neither read nor written, to follow its name; undefined when it may. */
  problem(path: string): string | undefined {
    const real = realPath(path);
    if (this.#real.some((folder) => isInside(folder, real))) return undefined;
    const [project = "/"] = this.#folders;
    return this.#folders.some((folder) => isInside(folder, path))
      ? `leads out of the project through a link, to ${real}`
      : `is outside of the project ${project}`;
  }

  /** The same for a schema. Its name must be that of a schema, and so must the name of a link's target. */
  problemOfSchema(path: string): string | undefined {
    if (!path.endsWith(".vox") || !realPath(path).endsWith(".vox")) return "is not a .vox file";
    return nameProblem(path, this.#folders) ?? this.problem(path);
  }
}

/** A fault of a name below one of the folders: comments, messages and commands have to show the name. */
function nameProblem(path: string, folders: readonly string[]): string | undefined {
  const folder = folders.find((one) => isInside(one, path));
  const [found] = unusable.exec(folder === undefined ? path : shownPath(folder, path)) ?? [];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `has the character U+${code} in its name`;
}

/**
 * The project that a folder belongs to: the repository, else the nearest folder upwards that holds a config or a
 * package; undefined where there is none of these.
 *
 * @param configNames names of config files
 */
export function projectOf(folder: string, configNames: readonly string[]): string | undefined {
  const repository = repositoryOf(folder);
  if (repository !== undefined) return repository;
  const marks = [...configNames, "package.json"];
  for (let at = folder; ; at = dirname(at)) {
    if (marks.some((name) => statOf(`${at}/${name}`)?.isFile() === true)) return at;
    if (dirname(at) === at) return undefined;
  }
}
