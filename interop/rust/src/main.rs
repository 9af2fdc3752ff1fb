//! The Rust peer of the interop suite: the services of `schemas/everything.vox` and `schemas/probe.vox` on vox 0.8.2.
//!
//! ```text
//! vox-interop-peer announcements      prints the schemas that it announces for each method, one JSON line each
//! vox-interop-peer serve             prints `listening <address>`, serves until stdin ends
//! vox-interop-peer client <address>  runs all checks against that server, one JSON line each; fails when one does
//! vox-interop-peer slow <address> <ms>  makes one slow call, prints `calling`, then how it ended
//! ```

mod announcements;
mod checks;
mod client;
mod handlers;
mod report;
mod samples;
mod serve;
mod services;
mod types;

use std::process::ExitCode;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["announcements"] => announcements::run(),
        ["serve"] => serve::run().await,
        ["client", address] => client::run(address).await,
        ["slow", address, delay] => client::slow(address, delay).await,
        _ => Err(
            "usage: vox-interop-peer announcements | serve | client <address> | slow <address> <ms>"
                .to_owned(),
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
