//! What the client says about its checks: one JSON line each.

/// Collects the outcome of checks and prints each at once.
#[derive(Default)]
pub struct Report {
    failed: u32,
}

impl Report {
    /// Ends a check: `Ok` with what there is to say about it, or `Err` with what is wrong.
    pub fn add(&mut self, name: &str, outcome: Result<String, String>) {
        let ok = outcome.is_ok();
        let detail = outcome.unwrap_or_else(|wrong| wrong);
        println!(
            r#"{{"name":{},"ok":{ok},"detail":{}}}"#,
            quote(name),
            quote(&detail)
        );
        self.failed += u32::from(!ok);
    }

    /// Fails when a check did.
    pub fn finish(self) -> Result<(), String> {
        match self.failed {
            0 => Ok(()),
            failed => Err(format!("{failed} checks failed")),
        }
    }
}

/// A JSON string.
pub fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}
