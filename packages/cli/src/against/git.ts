/** The schemas of a commit, read through git into memory. */
import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { relative } from "node:path";
import { CliError } from "../errors.js";
import { absolutePath, slashes } from "../files/paths.js";

/** The schemas of a commit, as files below a folder that is not on the disk. */
export interface CommitFiles {
  /** The repository's top folder; absolute, with `/`, without links. */
  readonly top: string;
  /** The folder that takes the place of `top`. No file of the disk is below it. */
  readonly folder: string;
  /** Path of the asked folder below `top`; empty for the top folder itself. */
  readonly inside: string;
  /** Contents of the schemas by their paths below `folder`. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Paths of the submodules below `top`, whose files the commit does not hold. */
  readonly submodules: readonly string[];
}

/** Most bytes of all schemas of a commit. */
const maxBytes = 256 * 1024 * 1024;

/**
 * Reads every `.vox` file of a commit into memory, in the layout of the repository.
 *
 * @param directory absolute folder inside of the repository
 * @param ref branch, tag or commit, as git understands it
 * @throws CliError `Usage` when there is no git, no repository or no such commit; `File` when git cannot read a schema
 */
export function readCommit(directory: string, ref: string): CommitFiles {
  // A name that starts with a hyphen would be an option of git.
  if (ref.startsWith("-")) throw noSuch(ref);
  const top = git(directory, ["rev-parse", "--show-toplevel"], noRepository(ref)).toString("utf8").trimEnd();
  const commit = git(directory, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`], noSuch(ref));
  const tree = git(
    top,
    ["ls-tree", "-r", "-z", "--full-tree", commit.toString("utf8").trim()],
    noSuch(ref),
  ).toString("utf8");
  const { files, submodules } = readTree(tree);
  const texts = readBlobs(top, files.map(({ id }) => id)); // biome-ignore format: one call
  const realTop = slashes(realpathSync(top));
  return {
    top: realTop,
    folder: absolutePath("/", commitFolder),
    inside: slashes(relative(realTop, realpathSync(directory))),
    contents: new Map(files.map(({ path }, at) => [path, texts[at] ?? new Uint8Array()])),
    submodules,
  };
}

/** Name of the folder of a commit, beside everything on the disk. */
const commitFolder = "was:commit";

interface TreeFile {
  readonly id: string;
  /** Below the top folder. */
  readonly path: string;
}

/**
 * Schemas and submodules of `git ls-tree -z`. Links are left out: what they lead to need not be in the commit.
 *
 * @throws CliError `File` for a name that leads out of its folder
 */
function readTree(tree: string): {
  readonly files: readonly TreeFile[];
  readonly submodules: readonly string[];
} {
  const files: TreeFile[] = [];
  const submodules: string[] = [];
  for (const line of tree.split("\0")) {
    const [, mode = "", id = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (mode === "160000") submodules.push(path);
    if (!mode.startsWith("100") || !path.endsWith(".vox")) continue;
    const parts = slashes(path).split("/");
    if (parts.some((part) => part === "" || part === "." || part === ".." || /^[A-Za-z]:$/.test(part)))
      throw new CliError("File", `the commit holds a file that no folder can hold: ${JSON.stringify(path)}`, {
        help: "compare with another commit, or with a folder",
      });
    files.push({ id, path });
  }
  return { files, submodules };
}

/** Contents of blobs, in order. */
function readBlobs(top: string, ids: readonly string[]): readonly Uint8Array[] {
  if (ids.length === 0) return [];
  const failure = new CliError("File", "git cannot read the schemas of the commit", {
    help: "a shallow or partial clone may lack them: fetch the commit first",
  });
  const output = git(top, ["cat-file", "--batch"], failure, ids.join("\n"));
  const found: Uint8Array[] = [];
  let at = 0;
  for (const id of ids) {
    const end = output.indexOf(0x0a, at);
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(output.toString("utf8", at, end))?.[1];
    if (size === undefined)
      throw new CliError("File", `git does not have the file ${id}`, { help: failure.help });
    const start = end + 1;
    found.push(output.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return found;
}

function git(directory: string, args: readonly string[], failure: CliError, input?: string): Buffer {
  const { error, status, stdout } = spawnSync("git", ["-C", directory, ...args], {
    maxBuffer: maxBytes,
    ...(input === undefined ? {} : { input: `${input}\n` }),
  });
  if (error !== undefined) {
    throw new CliError("Usage", `git cannot be run: ${error.message}`, {
      help: "compare with a folder or with vox.lock where there is no git",
      cause: error,
    });
  }
  if (status !== 0) throw failure;
  return stdout;
}

function noRepository(ref: string): CliError {
  return new CliError("Usage", `there is no file or folder ${ref}, and no git repository to look for it in`, {
    help: "give --against a folder, a lock file, or a branch, tag or commit",
  });
}

function noSuch(ref: string): CliError {
  return new CliError("Usage", `there is no file, folder, branch, tag or commit ${ref}`, {
    help: "in a shallow clone, fetch it first: git fetch --depth=1 origin main, then --against FETCH_HEAD",
  });
}

/** The folder of a project in a commit. */
export function folderIn({ folder, inside }: CommitFiles): string {
  return inside === "" ? folder : absolutePath(folder, inside);
}
