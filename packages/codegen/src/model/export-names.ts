/**
 * Names that a generated file exports beside those of the schema: clients, handlers, codecs, dispatchers, methods. The
 * rules of `check` and the emitter both take them from here.
 */
import { channelHolders } from "./channels.js";
import type { Method, ModelFile, Service, TypeDeclaration } from "./model.js";
import { absentableName, camelCase, upperFirst } from "./names.js";

/** Derived names of one service. */
export interface ServiceExports {
  readonly client: string;
  readonly tryClient: string;
  readonly handler: string;
  readonly dispatcher: string;
  /** The constant of each method. */
  readonly methods: ReadonlyMap<Method, string>;
}

/** A derived name that another export has too. */
export interface Clash {
  /** The name that several would have. */
  readonly wanted: string;
  /** The name that this one has instead. */
  readonly name: string;
  /** The export with the derived name, such as "the codec of `Point`". */
  readonly subject: string;
  /** The other export that has the name, or would have it. */
  readonly other: string;
  /** The declaration that the name is derived from. */
  readonly owner: TypeDeclaration | Service | Method;
}

export interface ExportNames {
  /** Codecs of the types that have one: types that hold channels have none. That of a generic type is a function. */
  readonly codecs: ReadonlyMap<TypeDeclaration, string>;
  readonly services: ReadonlyMap<Service, ServiceExports>;
  readonly clashes: readonly Clash[];
}

interface Candidate {
  readonly wanted: string;
  /** The name where `wanted` is taken. */
  readonly fallback: string;
  readonly subject: string;
  readonly owner: Clash["owner"];
}

/**
 * Names of a file's exports. When two exports would have the same derived name, neither gets it. So an added
 * declaration takes no name over: code that uses the old name fails to compile, instead of using another export.
 */
export function exportNames(file: Pick<ModelFile, "types" | "services">): ExportNames {
  const holders = channelHolders(file.types);
  const codecs = file.types
    .filter((type) => !holders.has(type))
    .map((type) => [type, codecOf(type)] as const);
  const services = file.services.map((service) => [service, surfaceOf(service)] as const);
  const all = [
    ...codecs.map(([, codec]) => codec),
    ...services.flatMap(([, { methods, ...surface }]) => [
      ...Object.values(surface),
      ...methods.map(([, constant]) => constant),
    ]),
  ];
  const declared = new Map([
    ...file.types.map(({ name }) => [name, `type \`${name}\``] as const),
    ...file.services.map(({ name }) => [name, `service \`${name}\``] as const),
  ]);
  const { nameOf, clashes } = settle(all, declared);
  return {
    codecs: new Map(codecs.map(([type, codec]) => [type, nameOf(codec)])),
    services: new Map(
      services.map(([service, { client, tryClient, handler, dispatcher, methods }]) => [
        service,
        {
          client: nameOf(client),
          tryClient: nameOf(tryClient),
          handler: nameOf(handler),
          dispatcher: nameOf(dispatcher),
          methods: new Map(methods.map(([method, constant]) => [method, nameOf(constant)])),
        },
      ]),
    ),
    clashes,
  };
}

/** Gives each candidate its name. @param declared what has a name of the schema, by name */
function settle(
  candidates: readonly Candidate[],
  declared: ReadonlyMap<string, string>,
): { readonly nameOf: (candidate: Candidate) => string; readonly clashes: readonly Clash[] } {
  const wanting = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const same = wanting.get(candidate.wanted);
    if (same === undefined) wanting.set(candidate.wanted, [candidate]);
    else same.push(candidate);
  }
  const taken = new Set([...declared.keys(), ...wanting.keys()]);
  const moved = new Map<Candidate, string>();
  const clashes: Clash[] = [];
  for (const candidate of candidates) {
    const { wanted, fallback, subject, owner } = candidate;
    const [first, second] = wanting.get(wanted) ?? [];
    const other = declared.get(wanted) ?? (first === candidate ? second : first)?.subject;
    if (other === undefined) continue;
    let name = fallback;
    while (taken.has(name)) name += "_";
    taken.add(name);
    moved.set(candidate, name);
    clashes.push({ wanted, name, subject, other, owner });
  }
  return { nameOf: (candidate) => moved.get(candidate) ?? candidate.wanted, clashes };
}

function codecOf(type: TypeDeclaration): Candidate {
  const { name } = type;
  const subject = `the codec of \`${name}\``;
  if (type.parameters.length > 0)
    return { wanted: `${camelCase(name)}Codec`, fallback: `${name}_codec`, subject, owner: type };
  return { wanted: `${name}Codec`, fallback: `${name}_Codec`, subject, owner: type };
}

interface Surface {
  readonly client: Candidate;
  readonly tryClient: Candidate;
  readonly handler: Candidate;
  readonly dispatcher: Candidate;
  readonly methods: readonly (readonly [Method, Candidate])[];
}

function surfaceOf(service: Service): Surface {
  const { name } = service;
  const base = camelCase(name);
  const subjectOf = (part: string): string => `the ${part} of service \`${name}\``;
  const typeOf = (suffix: string): Candidate => ({
    wanted: `${name}${suffix}`,
    fallback: `${name}_${suffix}`,
    subject: subjectOf(suffix),
    owner: service,
  });
  return {
    client: typeOf("Client"),
    tryClient: typeOf("TryClient"),
    handler: typeOf("Handler"),
    dispatcher: {
      wanted: `${base}Dispatcher`,
      fallback: `${name}_dispatcher`,
      subject: subjectOf("dispatcher"),
      owner: service,
    },
    methods: service.methods.map((method) => [
      method,
      {
        wanted: `${base}${upperFirst(camelCase(method.name))}`,
        fallback: `${name}_${absentableName(method.name)}`,
        subject: `the constant of method \`${name}.${method.name}\``,
        owner: method,
      },
    ]),
  };
}
