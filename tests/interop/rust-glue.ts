/**
 * Rust that joins generated modules to the peer of `interop/generated`: values of each type, handlers and callers of
 * each method. It is appended to the modules, because it uses what they import.
 */
import type {
  Argument,
  Method,
  Model,
  ModelFile,
  Type,
  TypeDeclaration,
} from "../../packages/codegen/src/model/model.js";
import { wireName } from "../../packages/codegen/src/rust/emit/names.js";

/** Whether a type, resolved or not, has a part of which this holds. Declarations are entered once. */
export function hasPart(
  type: Type,
  is: (part: Type) => boolean,
  seen: Set<TypeDeclaration> = new Set(),
): boolean {
  if (is(type)) return true;
  const inner = (part: Type): boolean => hasPart(part, is, seen);
  switch (type.kind) {
    case "primitive":
    case "parameter":
      return false;
    case "alias":
      return inner(type.target);
    case "payload":
      return inner(type.content);
    case "tuple":
      return type.elements.some(inner);
    case "map":
      return inner(type.key) || inner(type.value);
    case "result":
      return inner(type.ok) || inner(type.error);
    case "named": {
      if (type.args.some(inner)) return true;
      if (seen.has(type.declaration)) return false;
      seen.add(type.declaration);
      return membersOf(type.declaration).some(inner);
    }
    default:
      return inner(type.element);
  }
}

function membersOf(declaration: TypeDeclaration): readonly Type[] {
  if (declaration.kind === "alias") return [declaration.type];
  if (declaration.kind === "tupleStruct") return declaration.elements;
  if (declaration.kind === "struct") return declaration.fields.map(({ type }) => type);
  return declaration.variants.flatMap(({ form }) => {
    if (form.kind === "unit") return [];
    if (form.kind === "newtype") return [form.type];
    return form.kind === "tuple" ? form.types : form.fields.map(({ type }) => type);
  });
}

/** A declaration without parameters as a type. */
export function typeOf(declaration: TypeDeclaration): Type {
  return declaration.kind === "alias" ? declaration.type : { kind: "named", declaration, args: [] };
}

/** vox 0.8.2 has no encoder for integers of 128 bits. */
function isWide(type: Type): boolean {
  return hasPart(type, (part) => part.kind === "primitive" && /^[ui]128$/.test(part.name));
}

/** Writing a map that contains its own type ends the process of vox 0.8.2. */
function isMapOfItself(type: Type): boolean {
  return hasPart(type, (part) => {
    if (part.kind !== "named") return false;
    const { declaration } = part;
    const isSelf = (inner: Type): boolean => inner.kind === "named" && inner.declaration === declaration;
    const isMap = (inner: Type): boolean => inner.kind === "map" && hasPart(inner.value, isSelf);
    return membersOf(declaration).some((member) => hasPart(member, isMap));
  });
}

/** Whether vox 0.8.2 can write the values of a type. */
export function isWritable(type: Type): boolean {
  return !isWide(type) && !isMapOfItself(type);
}

const isNumber = (type: Type): boolean => hasPart(type, (part) => part.kind === "primitive" && part.asNumber);

/** Types of a file that have values of their own. */
export function plainTypes(file: ModelFile): readonly TypeDeclaration[] {
  return file.types.filter(
    (declaration) =>
      declaration.parameters.length === 0 && !hasPart(typeOf(declaration), ({ kind }) => kind === "channel"),
  );
}

/**
 * Whether values of the types of a file are made: not of a file without services. Its types are compared as they are
 * announced, and the machine code that 0.8.2 makes for unusual types, such as a result in a result, ends its process.
 */
export function isSampled(file: ModelFile, model: Model): boolean {
  const isUsed = model.files.some(({ services, imports }) => services.length > 0 && imports.includes(file));
  return isUsed || file.services.length > 0;
}

/** Whether the services of a file are called: those of `everything.vox` are, with more care, by the other tests. */
export function isCalled({ path, services }: ModelFile): boolean {
  return services.length > 0 && !path.endsWith("/everything.vox");
}

/** What is appended to the module of a file. @param text of the module */
export function moduleGlue(file: ModelFile, model: Model, text: string): string {
  if (!isSampled(file, model)) return "";
  const services = isCalled(file) ? traitsIn(text) : [];
  const types = plainTypes(file);
  const values = types.filter((declaration) => isWritable(typeOf(declaration)));
  return [
    "",
    "#[allow(unused_imports, unused_variables, clippy::all)]",
    "pub mod glue {",
    "    use super::*;",
    "    use crate::{calls, value};",
    ...file.types.flatMap(sampleLines),
    ...services.flatMap(({ name, methods }) => [
      `    impl ${name} for calls::Peer {`,
      ...methods.flatMap((method) => handlerLines(name, method, declaredMethod(file, name, method))),
      "    }",
      `    pub async fn call_${name}(address: &str, rounds: u64) -> ::std::result::Result<(), ::std::string::String> {`,
      `        let client: ${name}Client = calls::connect(address).await?;`,
      "        for round in 1..=rounds {",
      ...methods.flatMap((method) => callerLines(name, method, declaredMethod(file, name, method))),
      "        }",
      "        Ok(())",
      "    }",
    ]),
    "    pub fn route(service: &str, connection: vox::PendingConnection) -> ::std::option::Option<vox::PendingConnection> {",
    "        match service {",
    ...services.map(
      ({ name }) =>
        `            "${name}" => { connection.handle_with(${name}Dispatcher::new(calls::Peer)); None }`,
    ),
    "            _ => Some(connection),",
    "        }",
    "    }",
    "    pub fn recode(name: &str, bytes: &[u8]) -> ::std::option::Option<::std::string::String> {",
    "        match name {",
    ...values.map(({ name }) => `            "${name}" => Some(calls::recode::<${wireName(name)}>(bytes)),`),
    "            _ => None,",
    "        }",
    "    }",
    "    pub fn samples(module: &str, source: &mut value::Source) {",
    ...values.map((declaration) => {
      const made = `value::random::<${wireName(declaration.name)}>(source)`;
      const sample = isNumber(typeOf(declaration)) ? `source.small(|source| ${made})` : made;
      return `        { let value = ${sample}; println!("{module} ${declaration.name} {}", calls::encoded(&value)); }`;
    }),
    "    }",
    "}",
    "",
  ].join("\n");
}

/**
 * `glue.rs`: the modules together.
 * @param modules names of modules of files, in the order of the files
 * @param crates functions that describe the services of other crates, by the names of the crates
 */
export function crateGlue(
  model: Model,
  modules: readonly string[],
  crates: Readonly<Record<string, readonly string[]>>,
): string {
  const ofAll = (line: (module: string, file: ModelFile) => readonly string[]): readonly string[] =>
    modules.flatMap((module, at) => line(module, model.files[at] as ModelFile));
  const of: typeof ofAll = (line) =>
    ofAll((module, file) => (isSampled(file, model) ? line(module, file) : []));
  return [
    "pub type Described = Vec<(&'static str, Vec<&'static vox::session::ServiceDescriptor>)>;",
    "pub fn descriptors() -> Described {",
    "    vec![",
    ...of((module, file) => {
      const found = file.services.map(
        ({ name }) => `crate::${module}::${snake(name)}_service_descriptor() as &_`,
      );
      return [`        ("${module}", vec![${found.join(", ")}]),`];
    }),
    "    ]",
    "}",
    "pub fn others() -> Described {",
    "    vec![",
    ...Object.entries(crates).map(
      ([name, paths]) => `        ("${name}", vec![${paths.map((path) => `${path}() as &_`).join(", ")}]),`,
    ),
    "    ]",
    "}",
    "/// The name of each type, and its announcement as hex.",
    "pub fn announced() -> Result<(), String> {",
    ...ofAll((module, file) =>
      plainTypes(file).map(
        ({ name }) =>
          `    crate::calls::announced::<crate::${module}::${wireName(name)}>("${module} ${name}")?;`,
      ),
    ),
    "    Ok(())",
    "}",
    "pub async fn call_all(address: &str, rounds: u64) -> Result<(), String> {",
    ...of((module, file) =>
      (isCalled(file) ? file.services : []).map(
        ({ name }) => `    crate::${module}::glue::call_${name}(address, rounds).await?;`,
      ),
    ),
    "    Ok(())",
    "}",
    "pub fn route(service: &str, connection: vox::PendingConnection) -> Option<vox::PendingConnection> {",
    ...of((module) => [`    let connection = crate::${module}::glue::route(service, connection)?;`]),
    "    Some(connection)",
    "}",
    "pub fn recode(module: &str, name: &str, bytes: &[u8]) -> Option<String> {",
    "    match module {",
    ...of((module) => [`        "${module}" => crate::${module}::glue::recode(name, bytes),`]),
    "        _ => None,",
    "    }",
    "}",
    "pub fn samples(count: u64) {",
    "    for seed in 1..=count {",
    "        let mut source = crate::value::Source::new(seed);",
    ...of((module) => [`        crate::${module}::glue::samples("${module}", &mut source);`]),
    "    }",
    "}",
    "",
  ].join("\n");
}

/** The words of a service in the name of its function, as the macro of vox writes it. */
function snake(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]|(?<=.)[A-Z](?=[a-z])/g, "_$&").toLowerCase();
}

interface RustMethod {
  readonly name: string;
  readonly args: readonly (readonly [name: string, type: string])[];
  readonly returns: string;
}

/** Traits of services in a generated module. */
function traitsIn(
  text: string,
): readonly { readonly name: string; readonly methods: readonly RustMethod[] }[] {
  return [...text.matchAll(/#\[vox::service\]\npub trait (\w+) \{\n([\s\S]*?)^\}/gm)].map(
    ([, name = "", body = ""]) => ({
      name,
      methods: [...body.matchAll(/async fn (\w+)\(([^;]*?)\)(?:\s+-> ([^;]*))?;/g)].map(
        ([, method = "", args = "", returns = "()"]) => ({ name: method, args: argumentsIn(args), returns }),
      ),
    }),
  );
}

/** `&self, a: T<U, V>, b: W`: split at commas outside of brackets. */
function argumentsIn(text: string): RustMethod["args"] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    if ("<([".includes(character)) depth += 1;
    if (">)]".includes(character)) depth -= 1;
    if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  return [...parts, part]
    .map((one) => one.trim())
    .filter((one) => one !== "" && one !== "&self")
    .map((one) => [one.slice(0, one.indexOf(":")), one.slice(one.indexOf(":") + 1).trim()]);
}

const channelOf = (type: string): string | undefined => /^(Tx|Rx)</.exec(type)?.[1];
const itemOf = (type: string): string => type.slice(3, -1);

function declaredMethod(file: ModelFile, service: string, { name }: RustMethod): Method {
  const methods = file.services.find((one) => one.name === service)?.methods ?? [];
  const words = (text: string): string => text.replaceAll("_", "").toLowerCase();
  const found = methods.find((one) => words(one.name) === words(name));
  if (found === undefined) throw new Error(`no method ${service}.${name}`);
  return found;
}

/** Items are read before any is sent: the client sends first. */
function handlerLines(
  service: string,
  { name, args, returns }: RustMethod,
  declared: Method,
): readonly string[] {
  const isSmall = declared.args.map(({ type }) => isNumber(type));
  const answer = [declared.returns, ...(declared.throws === undefined ? [] : [declared.throws])];
  const list = args.map(([argument, type]) => `${argument}: ${type}`);
  return [
    `        async fn ${name}(${["&self", ...list].join(", ")}) -> ${returns} {`,
    `            let mut call = calls::Call::handled("${service}.${name}");`,
    ...args.flatMap(([argument, type]) =>
      channelOf(type) === undefined ? [`            call.read(&${argument});`] : [],
    ),
    ...args.flatMap(([argument, type]) =>
      channelOf(type) === "Rx" ? [`            call.note(&calls::receive(${argument}).await);`] : [],
    ),
    ...args.flatMap(([argument, type], at) =>
      channelOf(type) === "Tx"
        ? [`            { let items = call.items(${isSmall[at]}); calls::send(items, ${argument}).await; }`]
        : [],
    ),
    `            let answer: ${returns} = call.make(${answer.some(isNumber)});`,
    "            call.done();",
    "            answer",
    "        }",
  ];
}

function callerLines(service: string, { name, args }: RustMethod, declared: Method): readonly string[] {
  const read = declared.throws === undefined ? "answered" : "fallible";
  const isSmall = new Map(args.map((one, at) => [one, isNumber((declared.args[at] as Argument).type)]));
  const plain = args.filter(([, type]) => channelOf(type) === undefined);
  const inputs = args.filter(([, type]) => channelOf(type) === "Rx");
  const outputs = args.filter(([, type]) => channelOf(type) === "Tx");
  const line = (text: string): string => `                ${text}`;
  return [
    "            {",
    line(`let mut call = calls::Call::begin("${service}.${name}", round);`),
    ...plain.map((one) => line(`let ${one[0]}: ${one[1]} = call.make(${isSmall.get(one)});`)),
    ...inputs.flatMap(([argument, type], at) => [
      line(
        `let ${argument}_items: ::std::vec::Vec<${itemOf(type)}> = call.items(${isSmall.get(inputs[at] as never)});`,
      ),
      line(`let (${argument}_near, ${argument}) = vox::channel::<${itemOf(type)}>();`),
    ]),
    ...outputs.map(([argument, type]) =>
      line(`let (${argument}, ${argument}_near) = vox::channel::<${itemOf(type)}>();`),
    ),
    line("let parts = tokio::join!("),
    line(`    client.${name}(${args.map(([argument]) => argument).join(", ")}),`),
    ...inputs.map(([argument]) => line(`    calls::send(${argument}_items, ${argument}_near),`)),
    ...outputs.map(([argument]) => line(`    calls::receive(${argument}_near),`)),
    line(");"),
    ...outputs.map((_, at) => line(`call.note(&parts.${1 + inputs.length + at});`)),
    line(`call.${read}(parts.0);`),
    line("call.done();"),
    "            }",
  ];
}

/** Values of a type, and their text. */
function sampleLines(declaration: TypeDeclaration): readonly string[] {
  if (membersOf(declaration).some((type) => hasPart(type, ({ kind }) => kind === "channel"))) return [];
  const { parameters } = declaration;
  const name = wireName(declaration.name);
  const target = parameters.length === 0 ? name : `${name}<${parameters.join(", ")}>`;
  const bounds =
    parameters.length === 0 ? "" : `<${parameters.map((one) => `${one}: value::Sample`).join(", ")}>`;
  const body = bodyLines(declaration, name);
  if (body === undefined) return [];
  return [
    `    impl${bounds} value::Sample for ${target} {`,
    "        fn random(source: &mut value::Source) -> Self {",
    `            source.inside(|source| ${body.random})`,
    "        }",
    "        fn write(&self, out: &mut ::std::string::String) {",
    ...body.write.map((line) => `            ${line}`),
    "        }",
    "    }",
  ];
}

interface Body {
  readonly random: string;
  readonly write: readonly string[];
}

function bodyLines(declaration: TypeDeclaration, name: string): Body | undefined {
  switch (declaration.kind) {
    case "alias":
      // An alias is the type itself; a payload is a newtype.
      if (declaration.type.kind !== "payload") return undefined;
      return { random: `${name}(${randomOf(declaration.type.content)})`, write: writeAll(["&self.0"]) };
    case "tupleStruct":
      return {
        random: `${name}(${declaration.elements.map(randomOf).join(", ")})`,
        write: writeAll(declaration.elements.map((_, at) => `&self.${at}`)),
      };
    case "struct":
      return {
        random: `${name} { ${declaration.fields.map((field) => `${wireName(field.name)}: ${randomOf(field.type)}`).join(", ")} }`,
        write: writeAll(declaration.fields.map((field) => `&self.${wireName(field.name)}`)),
      };
    case "enum":
      return enumBody(declaration, name);
  }
}

function enumBody({ variants }: TypeDeclaration & { kind: "enum" }, name: string): Body {
  const ends = variants.flatMap(({ form }, at) => (form.kind === "unit" ? [at] : []));
  const made = variants.map(({ name: variant, form }) => {
    const path = `${name}::${wireName(variant)}`;
    if (form.kind === "unit") return path;
    if (form.kind === "newtype") return `${path}(${randomOf(form.type)})`;
    if (form.kind === "tuple") return `${path}(${form.types.map(randomOf).join(", ")})`;
    return `${path} { ${form.fields.map((field) => `${wireName(field.name)}: ${randomOf(field.type)}`).join(", ")} }`;
  });
  const arms = variants.map(({ name: variant, form }) => {
    const path = `${name}::${wireName(variant)}`;
    const count =
      form.kind === "unit"
        ? 0
        : form.kind === "newtype"
          ? 1
          : form.kind === "tuple"
            ? form.types.length
            : form.fields.length;
    const parts = Array.from({ length: count }, (_, at) => `p${at}`);
    const pattern =
      form.kind === "unit"
        ? path
        : form.kind === "struct"
          ? `${path} { ${form.fields.map((field, at) => `${wireName(field.name)}: p${at}`).join(", ")} }`
          : `${path}(${parts.join(", ")})`;
    return `    ${pattern} => { out.push_str("${variant}"); ${writeAll(parts).join(" ")} }`;
  });
  const last = made.length - 1;
  const choices = made.map((text, at) => `${at === last ? "_" : at} => ${text}`).join(", ");
  return {
    random: `match source.variant(${made.length}, &[${ends.join(", ")}]) { ${choices} }`,
    write: ["match self {", ...arms, "}"],
  };
}

function randomOf(type: Type): string {
  const boxed = "value::random(source)";
  return isNumber(type) ? `source.small(|source| ${boxed})` : boxed;
}

function writeAll(parts: readonly string[]): readonly string[] {
  const space = "out.push(' ');";
  return [
    "out.push('[');",
    ...parts.flatMap((part, at) => [...(at > 0 ? [space] : []), `value::write(${part}, out);`]),
    "out.push(']');",
  ];
}
