//! Types as `.vox` writes them. The layout is that of `vox-gen import rust`, so that both give the same text.

use std::collections::BTreeMap;

use facet::{DeclId, Def, Field, ScalarType, Shape, StructKind, Type, UserType, Variant};

/// A declaration in the making: its place is kept while its members are read, because types may contain themselves.
pub struct Declaration {
    pub id: DeclId,
    pub name: String,
    /// Module and place in the source, for the order of the output.
    pub place: (&'static str, u32),
    pub is_error: bool,
    pub body: Body,
    shape: &'static Shape,
}

pub enum Body {
    Unfinished,
    Struct { head: String, fields: Vec<FieldText> },
    /// Lines of anything else; the word `error` goes before `enum`.
    Lines(Vec<String>),
}

pub struct FieldText {
    pub docs: Vec<String>,
    pub text: String,
    pub is_option: bool,
    pub is_required: bool,
}

#[derive(Default)]
pub struct Types {
    pub declarations: Vec<Declaration>,
    pub problems: Vec<String>,
}

/// Type parameters of the declaration around a type: the shape of each argument, and its name.
type Parameters = [(&'static Shape, &'static str)];

impl Types {
    /// The text of a type outside of declarations.
    pub fn text(&mut self, shape: &'static Shape) -> String {
        self.inner(shape, &[])
    }

    /// Marks the enum that a method throws.
    pub fn mark_error(&mut self, shape: &'static Shape) {
        for declaration in &mut self.declarations {
            if declaration.id == shape.decl_id {
                declaration.is_error = true;
            }
        }
    }

    fn inner(&mut self, shape: &'static Shape, parameters: &Parameters) -> String {
        if let Some((_, name)) = parameters.iter().find(|(argument, _)| *argument == shape) {
            return (*name).to_owned();
        }
        if vox_types::is_tx(shape) || vox_types::is_rx(shape) {
            let word = if vox_types::is_tx(shape) { "Tx" } else { "Rx" };
            let element = shape.type_params.first().map(|one| self.inner(one.shape, parameters));
            return format!("{word}<{}>", element.unwrap_or_default());
        }
        if shape.is_transparent()
            && let Some(element) = shape.inner
        {
            return if is_foreign(shape) {
                self.inner(element, parameters)
            } else {
                self.named(shape, parameters)
            };
        }
        if let Def::Pointer(pointer) = shape.def
            && let Some(pointee) = pointer.pointee
        {
            return self.inner(pointee, parameters);
        }
        if let Some(scalar) = shape.scalar_type() {
            return self.scalar(scalar, shape);
        }
        self.container(shape, parameters)
            .unwrap_or_else(|| self.user(shape, parameters))
    }

    fn container(&mut self, shape: &'static Shape, parameters: &Parameters) -> Option<String> {
        Some(match shape.def {
            Def::List(list) => self.list(list.t(), parameters),
            Def::Slice(slice) => self.list(slice.t(), parameters),
            Def::Array(array) => format!("{}[{}]", self.inner(array.t(), parameters), array.n),
            Def::Map(map) => format!(
                "map<{}, {}>",
                self.inner(map.k(), parameters),
                self.inner(map.v(), parameters)
            ),
            Def::Set(set) => format!("set<{}>", self.inner(set.t(), parameters)),
            Def::Option(option) => format!("{}?", self.inner(option.t(), parameters)),
            Def::Result(result) => format!(
                "result<{}, {}>",
                self.inner(result.t(), parameters),
                self.inner(result.e(), parameters)
            ),
            _ => return None,
        })
    }

    fn list(&mut self, element: &'static Shape, parameters: &Parameters) -> String {
        if let Some(ScalarType::U8) = element.scalar_type() {
            "bytes".to_owned()
        } else {
            format!("{}[]", self.inner(element, parameters))
        }
    }

    fn scalar(&mut self, scalar: ScalarType, shape: &'static Shape) -> String {
        let word = match scalar {
            ScalarType::Unit => "unit",
            ScalarType::Bool => "bool",
            ScalarType::Char => "char",
            ScalarType::Str | ScalarType::String | ScalarType::CowStr => "string",
            ScalarType::F32 => "f32",
            ScalarType::F64 => "f64",
            ScalarType::U8 => "u8",
            ScalarType::U16 => "u16",
            ScalarType::U32 => "u32",
            ScalarType::U64 | ScalarType::USize => "u64",
            ScalarType::U128 => "u128",
            ScalarType::I8 => "i8",
            ScalarType::I16 => "i16",
            ScalarType::I32 => "i32",
            ScalarType::I64 | ScalarType::ISize => "i64",
            ScalarType::I128 => "i128",
            _ => return self.refuse(shape),
        };
        word.to_owned()
    }

    fn refuse(&mut self, shape: &'static Shape) -> String {
        self.problems.push(format!(
            "vox 0.8.2 cannot carry `{shape}`: use a String, or `#[facet(opaque, proxy = String)]`"
        ));
        "unit".to_owned()
    }

    fn user(&mut self, shape: &'static Shape, parameters: &Parameters) -> String {
        match shape.ty {
            Type::User(UserType::Struct(item)) => match item.kind {
                StructKind::Unit if shape.type_identifier == "Infallible" => "never".to_owned(),
                StructKind::Unit => "unit".to_owned(),
                StructKind::Tuple if shape.type_identifier.starts_with('(') => {
                    let elements: Vec<String> =
                        item.fields.iter().map(|field| self.inner(field.shape(), parameters)).collect();
                    match elements.as_slice() {
                        [only] => format!("({only},)"),
                        more => format!("({})", more.join(", ")),
                    }
                }
                _ => self.named(shape, parameters),
            },
            Type::User(UserType::Enum(_)) => self.named(shape, parameters),
            Type::User(UserType::Opaque) => self.payload(shape),
            _ => self.refuse(shape),
        }
    }

    /// Types whose bytes their schema does not tell.
    fn payload(&mut self, shape: &'static Shape) -> String {
        match shape.type_identifier {
            "Duration" => "duration".to_owned(),
            "TimeDelta" => "timedelta".to_owned(),
            "Value" => "value".to_owned(),
            _ => match shape.proxy {
                Some(proxy) => {
                    let element = self.inner(proxy.shape, &[]);
                    let name = shape.type_identifier.to_owned();
                    let lines = vec!["@payload".to_owned(), format!("type {name} = {element}")];
                    self.declare(shape, name.clone(), Body::Lines(lines));
                    name
                }
                None => self.refuse(shape),
            },
        }
    }

    fn named(&mut self, shape: &'static Shape, parameters: &Parameters) -> String {
        let name = shape.type_identifier.to_owned();
        let args: Vec<String> =
            shape.type_params.iter().map(|one| self.inner(one.shape, parameters)).collect();
        if !self.declarations.iter().any(|known| known.id == shape.decl_id) {
            let at = self.declare(shape, name.clone(), Body::Unfinished);
            let body = self.body(shape);
            self.declarations[at].body = body;
        } else {
            self.compare(shape);
        }
        if args.is_empty() {
            name
        } else {
            format!("{name}<{}>", args.join(", "))
        }
    }

    fn declare(&mut self, shape: &'static Shape, name: String, body: Body) -> usize {
        if let Some(known) = self.declarations.iter().position(|one| one.id == shape.decl_id) {
            return known;
        }
        if self.declarations.iter().any(|known| known.name == name) {
            self.problems.push(format!("two types are called `{name}`: rename one"));
        }
        self.declarations.push(Declaration {
            id: shape.decl_id,
            name,
            place: (shape.source_file.unwrap_or(""), shape.source_line.unwrap_or(0)),
            is_error: false,
            body,
            shape,
        });
        self.declarations.len() - 1
    }

    /// A generic type is read off its first use. Another use that a field of the same type as an argument hides is reported.
    fn compare(&mut self, shape: &'static Shape) {
        let Some(known) = self.declarations.iter().find(|one| one.id == shape.decl_id) else {
            return;
        };
        if shape.type_params.is_empty() || known.shape == shape || matches!(known.body, Body::Unfinished) {
            return;
        }
        let before = known.shape;
        let parameters = parameters_of(shape);
        let first = parameters_of(before);
        let left: Vec<String> =
            members(before).into_iter().map(|one| self.inner(one, &first)).collect();
        let right: Vec<String> =
            members(shape).into_iter().map(|one| self.inner(one, &parameters)).collect();
        if left != right {
            self.problems.push(format!(
                "`{}` is ambiguous: its uses `{before}` and `{shape}` do not show which field is generic: a field has the type of an argument",
                shape.type_identifier
            ));
        }
    }

    fn body(&mut self, shape: &'static Shape) -> Body {
        let parameters = parameters_of(shape);
        let names: Vec<&str> = parameters.iter().map(|(_, name)| *name).collect();
        let head = if names.is_empty() {
            shape.type_identifier.to_owned()
        } else {
            format!("{}<{}>", shape.type_identifier, names.join(", "))
        };
        match shape.ty {
            Type::User(UserType::Struct(item)) if item.kind == StructKind::Struct && !shape.is_transparent() => {
                let fields = item.fields.iter().map(|field| self.field(field, &parameters, true)).collect();
                Body::Struct { head, fields }
            }
            Type::User(UserType::Struct(item)) => {
                let elements: Vec<String> =
                    item.fields.iter().map(|field| self.inner(field.shape(), &parameters)).collect();
                let mut lines = Vec::new();
                if shape.is_transparent() {
                    lines.push("@transparent".to_owned());
                }
                if elements.len() == 1 && elements[0].starts_with("u8[") && elements[0] != "u8[]" {
                    lines.push("@typed".to_owned());
                }
                lines.push(format!("struct {head}({})", elements.join(", ")));
                Body::Lines(lines)
            }
            Type::User(UserType::Enum(item)) => {
                let mut lines = vec![format!("enum {head} {{")];
                for variant in item.variants {
                    lines.extend(self.variant(variant, &parameters));
                }
                lines.push("}".to_owned());
                Body::Lines(lines)
            }
            _ => {
                self.refuse(shape);
                Body::Lines(Vec::new())
            }
        }
    }

    fn variant(&mut self, variant: &'static Variant, parameters: &Parameters) -> Vec<String> {
        let mut lines = doc_lines(variant.doc, "  ");
        let name = variant.name;
        let fields = variant.data.fields;
        match variant.data.kind {
            StructKind::Unit => lines.push(format!("  {name}")),
            StructKind::Tuple | StructKind::TupleStruct => {
                let types: Vec<String> =
                    fields.iter().map(|field| self.inner(field.shape(), parameters)).collect();
                lines.push(format!("  {name}({})", types.join(", ")));
            }
            StructKind::Struct => {
                let texts: Vec<FieldText> =
                    fields.iter().map(|field| self.field(field, parameters, false)).collect();
                let line = texts.iter().map(|field| field.text.as_str()).collect::<Vec<_>>().join(", ");
                let line = format!("  {name} {{ {line} }}");
                if texts.is_empty() {
                    lines.push(format!("  {name} {{}}"));
                } else if line.chars().count() <= crate::print::WIDTH
                    && texts.iter().all(|field| field.docs.is_empty())
                {
                    lines.push(line);
                } else {
                    lines.push(format!("  {name} {{"));
                    for field in texts {
                        lines.extend(field.docs.iter().map(|line| format!("    {line}")));
                        lines.push(format!("    {}", field.text));
                    }
                    lines.push("  }".to_owned());
                }
            }
        }
        lines
    }

    fn field(&mut self, field: &'static Field, parameters: &Parameters, can_default: bool) -> FieldText {
        let shape = field.shape();
        let text = match field.proxy {
            Some(proxy) if !is_opaque(shape) => {
                self.problems.push(format!(
                    "field `{}`: `proxy` without `opaque` announces another type than it sends",
                    field.name
                ));
                self.inner(proxy.shape, parameters)
            }
            _ => self.inner(shape, parameters),
        };
        let is_option = matches!(shape.def, Def::Option(_));
        let is_bytes = text.trim_end_matches('?').starts_with("u8[") && !text.starts_with("u8[]");
        let typed = if is_bytes { "@typed " } else { "" };
        let default = match field.default {
            Some(_) if can_default => self.default(field, &text),
            _ => String::new(),
        };
        FieldText {
            docs: doc_lines(field.doc, ""),
            text: format!("{typed}{}: {text}{default}", field.name),
            is_option,
            is_required: can_default && is_option && field.default.is_none(),
        }
    }

    /// The zero of the type: it is what vox 0.8.2 reads where a peer leaves the field out, whatever the default says.
    fn default(&mut self, field: &'static Field, text: &str) -> String {
        let shape = field.shape();
        let unit = match shape.ty {
            Type::User(UserType::Enum(item)) => {
                item.variants.iter().find(|one| one.data.kind == StructKind::Unit).map(|one| one.name)
            }
            _ => None,
        };
        match text {
            "bool" => " = false".to_owned(),
            "string" => " = \"\"".to_owned(),
            "char" => " = \"\\0\"".to_owned(),
            "bytes" => " = []".to_owned(),
            _ if matches!(shape.def, Def::Option(_)) => String::new(),
            _ if matches!(shape.def, Def::List(_) | Def::Map(_) | Def::Set(_)) => " = []".to_owned(),
            _ if shape.scalar_type().is_some() => " = 0".to_owned(),
            _ => match unit {
                Some(name) => format!(" = {name}"),
                None => {
                    eprintln!("warning: the default of `{}` cannot be said: the field is required", field.name);
                    String::new()
                }
            },
        }
    }
}

fn parameters_of(shape: &'static Shape) -> Vec<(&'static Shape, &'static str)> {
    shape.type_params.iter().map(|one| (one.shape, one.name)).collect()
}

/// Shapes that are written directly in a declaration.
fn members(shape: &'static Shape) -> Vec<&'static Shape> {
    match shape.ty {
        Type::User(UserType::Struct(item)) => item.fields.iter().map(|field| field.shape()).collect(),
        Type::User(UserType::Enum(item)) => item
            .variants
            .iter()
            .flat_map(|variant| variant.data.fields)
            .map(|field| field.shape())
            .collect(),
        _ => Vec::new(),
    }
}

fn is_opaque(shape: &'static Shape) -> bool {
    matches!(shape.ty, Type::User(UserType::Opaque))
}

/// Newtypes of Rust's own, such as `NonZeroU32`, leave no trace.
fn is_foreign(shape: &'static Shape) -> bool {
    let is_struct = matches!(shape.ty, Type::User(UserType::Struct(_)));
    let crate_name = shape.module_path.unwrap_or("core").split("::").next().unwrap_or("");
    !is_struct || matches!(crate_name, "core" | "std" | "alloc" | "ordered_float") || shape.source_file.is_none()
}

/// Doc comments, without the space after the slashes.
pub fn doc_lines(docs: &[&str], indent: &str) -> Vec<String> {
    docs.iter()
        .flat_map(|text| text.split('\n'))
        .map(|line| {
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            if line.is_empty() { format!("{indent}///") } else { format!("{indent}/// {line}") }
        })
        .collect()
}

/// Declarations by the place of their source.
pub fn in_order(declarations: Vec<Declaration>) -> Vec<Declaration> {
    let mut sorted = BTreeMap::new();
    for (at, declaration) in declarations.into_iter().enumerate() {
        sorted.insert((declaration.place, at), declaration);
    }
    sorted.into_values().collect()
}

impl Declaration {
    pub fn docs(&self) -> Vec<String> {
        doc_lines(self.shape.doc, "")
    }
}
