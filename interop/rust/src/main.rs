//! The Rust peer of the interop suite: the services of the schemas on vox 0.8.2.
//!
//! ```text
//! vox-interop-peer announcements
//!     prints the schemas that it announces for each method, one JSON line each
//! vox-interop-peer serve [<credit> [<ms>]]
//!     prints `listening <address>`, serves until stdin ends; takes so many items on a fresh channel (16), and pings a
//!     session after so much silence (never)
//! vox-interop-peer resumable
//!     serves as well, and its sessions outlive their links
//! vox-interop-peer websocket
//!     serves as well, over WebSockets
//! vox-interop-peer local <path>
//!     serves as well, on a Unix socket and under its lock
//! vox-interop-peer client <address>
//!     runs the checks of calls against that server, one JSON line each; fails when one does
//! vox-interop-peer streams <address> <credit>
//!     the same for channels and virtual connections; takes so many items on a fresh channel
//! vox-interop-peer virtual <address> <credit>
//!     runs those that need no calls back on a virtual connection
//! vox-interop-peer slow <address> <ms> [resumable]
//!     makes one slow call, prints `calling`, then how it ended; over another link, too, in a session that can be resumed
//! vox-interop-peer evolution <old|new> serve
//!     serves that version of the evolving service, as `serve` does
//! vox-interop-peer evolution <old|new> call <address>
//!     calls every method of a server of it, and prints what it read, one JSON line each
//! ```

mod announcements;
mod checks;
mod client;
mod evolution;
mod handlers;
mod report;
mod samples;
mod serve;
mod services;
mod stream_checks;
mod streams;
mod types;

use std::process::ExitCode;
use std::time::Duration;

use serve::Carrier;

/// On one thread: 0.8.2 loses the wake-up of a channel's receiver when an item comes between its look at the empty
/// mailbox and its wait, which needs a second thread. The stream then hangs while the session lives.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[&str]) -> Result<(), String> {
    match *arguments {
        ["announcements"] => announcements::run(),
        ["serve", ref options @ ..] if options.len() <= 2 => serve(options).await,
        ["resumable"] => serve::run(Carrier::Tcp, serve::Options::resumable()).await,
        ["websocket"] => serve::run(Carrier::WebSocket, serve::Options::usual()).await,
        ["local", path] => serve::run(Carrier::Local(path), serve::Options::usual()).await,
        ["client", address] => client::run(address).await,
        ["streams", address, credit] => stream_checks::run(address, number(credit)?).await,
        ["evolution", "old", "serve"] => evolution::old::serve().await,
        ["evolution", "new", "serve"] => evolution::new::serve().await,
        ["evolution", "old", "call", address] => evolution::old::call(address).await,
        ["evolution", "new", "call", address] => evolution::new::call(address).await,
        ["virtual", address, credit] => stream_checks::run_virtual(address, number(credit)?).await,
        ["slow", address, delay] => client::slow(address, delay, false).await,
        ["slow", address, delay, "resumable"] => client::slow(address, delay, true).await,
        _ => Err(
            "usage: vox-interop-peer announcements | serve [<credit> [<ms>]] | resumable | websocket | local <path> \
                  | client <address> | streams <address> <credit> \
                  | virtual <address> <credit> | slow <address> <ms> [resumable] \
                  | evolution <old|new> serve | evolution <old|new> call <address>"
                .to_owned(),
        ),
    }
}

/// Serves with what is said about credit and pings.
async fn serve(options: &[&str]) -> Result<(), String> {
    let credit = options.first().map_or(Ok(16), |text| number(text))?;
    let interval_ms = options.get(1).map(|text| number(text)).transpose()?;
    let options = serve::Options {
        credit,
        ping_interval: interval_ms.map(|ms| Duration::from_millis(ms.into())),
        is_resumable: false,
    };
    serve::run(Carrier::Tcp, options).await
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}
