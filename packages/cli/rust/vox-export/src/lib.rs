//! Services of a crate on vox 0.8.2 as `.vox`: seen by the compiler, so that macros and foreign crates hide nothing.
//!
//! ```text
//! fn main() -> std::process::ExitCode {
//!     vox_export::main("shop", &[shop_proto::shop_service_descriptor()])
//! }
//! ```

mod announce;
mod print;
mod types;

use std::process::ExitCode;

use vox_types::ServiceDescriptor;

pub use announce::announcements;
pub use print::schema;

/// Prints the schema of some services; with the argument `announcements`, what they announce, one JSON line a method.
pub fn main(package: &str, services: &[&'static ServiceDescriptor]) -> ExitCode {
    let is_asked = std::env::args().nth(1).as_deref() == Some("announcements");
    let outcome = if is_asked {
        announcements(services).map_err(|problem| vec![problem])
    } else {
        schema(package, services)
    };
    match outcome {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            ExitCode::FAILURE
        }
    }
}
