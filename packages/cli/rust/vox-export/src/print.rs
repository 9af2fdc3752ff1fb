//! Schemas as text.

use vox_types::{MethodDescriptor, ServiceDescriptor};

use crate::types::{Body, Declaration, FieldText, Types, doc_lines, in_order};

/// Longest line before members go on lines of their own.
pub const WIDTH: usize = 100;

/// The schema of some services, or what cannot be said in one.
pub fn schema(package: &str, services: &[&'static ServiceDescriptor]) -> Result<String, Vec<String>> {
    let mut types = Types::default();
    let texts: Vec<String> = services.iter().map(|service| service_text(service, &mut types)).collect();
    if !types.problems.is_empty() {
        return Err(types.problems);
    }
    let declarations = in_order(types.declarations);
    let options: Vec<&FieldText> = declarations
        .iter()
        .filter_map(|one| match &one.body {
            Body::Struct { fields, .. } => Some(fields.iter()),
            _ => None,
        })
        .flatten()
        .collect();
    let is_whole = is_required(options.into_iter());
    let head = if is_whole { "@required\n" } else { "" };
    let mut blocks = vec![format!("{head}package {package}")];
    blocks.extend(declarations.iter().map(|one| declaration_text(one, is_whole)));
    blocks.extend(texts);
    Ok(format!("{}\n", blocks.join("\n\n")))
}

/// Whether all options among some fields are required, so that what is around them can say it once.
fn is_required<'a>(fields: impl Iterator<Item = &'a FieldText>) -> bool {
    let options: Vec<&FieldText> = fields.filter(|field| field.is_option).collect();
    options.len() > 1 && options.iter().all(|field| field.is_required)
}

fn declaration_text(declaration: &Declaration, is_whole: bool) -> String {
    let mut lines = declaration.docs();
    match &declaration.body {
        Body::Unfinished => {}
        Body::Lines(body) => {
            for line in body {
                let is_enum = declaration.is_error && line.starts_with("enum ");
                lines.push(if is_enum { format!("error {line}") } else { line.clone() });
            }
        }
        Body::Struct { head, fields } => {
            let is_marked = !is_whole && is_required(fields.iter());
            if is_marked {
                lines.push("@required".to_owned());
            }
            if fields.is_empty() {
                lines.push(format!("struct {head} {{}}"));
            } else {
                lines.push(format!("struct {head} {{"));
                for field in fields {
                    lines.extend(field.docs.iter().map(|line| format!("  {line}")));
                    let mark = if field.is_required && !is_whole && !is_marked { "@required " } else { "" };
                    lines.push(format!("  {mark}{}", field.text));
                }
                lines.push("}".to_owned());
            }
        }
    }
    lines.join("\n")
}

fn service_text(service: &'static ServiceDescriptor, types: &mut Types) -> String {
    let docs: Vec<&str> = service.doc.into_iter().collect();
    let mut lines = doc_lines(&docs, "");
    if service.methods.is_empty() {
        lines.push(format!("service {} {{}}", service.service_name));
        return lines.join("\n");
    }
    lines.push(format!("service {} {{", service.service_name));
    for (at, method) in service.methods.iter().enumerate() {
        if at > 0 && method.doc.is_some() {
            lines.push(String::new());
        }
        lines.extend(method_lines(method, types));
    }
    lines.push("}".to_owned());
    lines.join("\n")
}

fn method_lines(method: &'static MethodDescriptor, types: &mut Types) -> Vec<String> {
    let docs: Vec<&str> = method.doc.into_iter().collect();
    let mut lines = doc_lines(&docs, "  ");
    if method.retry.idem {
        lines.push("  @idempotent".to_owned());
    }
    if method.retry.persist {
        lines.push("  @persist".to_owned());
    }
    let args: Vec<String> = method
        .args
        .iter()
        .enumerate()
        .map(|(at, argument)| {
            let text = types.text(argument.shape);
            let typed = if text.starts_with("u8[") && text != "u8[]" { "@typed " } else { "" };
            format!("{typed}{}: {text}", argument_name(argument.name, at))
        })
        .collect();
    // `r#type` has the id of `r_type`.
    let name = method.method_name.replace("r#", "r_");
    let tail = format!("){}", result_text(method, types));
    let line = format!("  {name}({}{tail}", args.join(", "));
    if args.is_empty() || line.chars().count() <= WIDTH {
        lines.push(line);
    } else {
        lines.push(format!("  {name}("));
        lines.extend(args.iter().map(|argument| format!("    {argument},")));
        lines.push(format!("  {tail}"));
    }
    lines
}

/// A `Result` declares an error. One behind an alias, which is a value, looks the same from here.
fn result_text(method: &'static MethodDescriptor, types: &mut Types) -> String {
    let (ok, error) = match method.return_shape.def {
        facet::Def::Result(result) => (result.t(), Some(result.e())),
        _ => (method.return_shape, None),
    };
    let returns = match types.text(ok).as_str() {
        "unit" => String::new(),
        text => format!(" -> {text}"),
    };
    let throws = match error.map(|error| (types.text(error), error)) {
        None => String::new(),
        Some((text, _)) if text == "never" => String::new(),
        Some((text, error)) => {
            types.mark_error(error);
            format!(" throws {text}")
        }
    };
    format!("{returns}{throws}")
}

fn argument_name(name: &str, at: usize) -> String {
    let bare = name.trim_start_matches("r#").trim_matches('_');
    if bare.is_empty() { format!("argument{}", at + 1) } else { bare.to_owned() }
}
