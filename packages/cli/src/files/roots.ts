/**
 * The folders that a run may read schemas from and write to: the project, and what its config or its command line names
 * outside of it. Every path that comes from a schema, a pattern or a link is asked about here, links followed.
 */
import { dirname } from "node:path/posix";
import { isInside, shownPath } from "./paths.js";
import { realPath, repositoryOf, statOf } from "./text-file.js";

/** Line breaks of every kind, other control characters, and what turns the direction of a text. */
const unusable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

export class Roots {
  readonly #folders: readonly string[];
  readonly #real: readonly string[];

  /**
   * @param projects absolute folders of the project
   * @param named absolute folders that were named. One inside of a project adds nothing: it must be there really, too
   */
  constructor(projects: readonly string[], named: readonly string[]) {
    const outside = named.filter((folder) => !projects.some((project) => isInside(project, folder)));
    this.#folders = [...projects, ...outside];
    this.#real = this.#folders.map(realPath);
  }

  /** Why a path may be neither read nor written, after its name; undefined: it may. */
  problem(path: string): string | undefined {
    const real = realPath(path);
    if (this.#real.some((folder) => isInside(folder, real))) return undefined;
    const [project = "/"] = this.#folders;
    return this.#folders.some((folder) => isInside(folder, path))
      ? `leads out of the project through a link, to ${real}`
      : `is outside of the project ${project}`;
  }

  /** The same for a schema, which must be called like one, also where a link leads to it. */
  problemOfSchema(path: string): string | undefined {
    if (!path.endsWith(".vox") || !realPath(path).endsWith(".vox"))
      return "is no schema: its name must end in .vox";
    return nameProblem(path, this.#folders) ?? this.problem(path);
  }
}

/** What is wrong with a name below one of the folders: it has to stand in comments, messages and commands. */
function nameProblem(path: string, folders: readonly string[]): string | undefined {
  const folder = folders.find((one) => isInside(one, path));
  const [found] = unusable.exec(folder === undefined ? path : shownPath(folder, path)) ?? [];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `has the character U+${code} in its name`;
}

/** A path as a message may show it, whatever is in its name. */
export function visiblePath(path: string): string {
  return path.replace(new RegExp(unusable, "gu"), "\ufffd");
}

/**
 * The project that a folder belongs to: the repository, else the nearest folder upwards that holds a config or a package;
 * undefined where there is none of these.
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
