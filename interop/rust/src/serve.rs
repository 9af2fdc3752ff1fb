//! The server, and the warming up that both roles need.

use tokio::io::{AsyncReadExt, stdin};
use tokio::net::TcpListener;

use crate::handlers::{EverythingHandler, ProbeHandler};
use crate::services::{EverythingClient, EverythingDispatcher, ProbeDispatcher};
use crate::types::Color;

/// Serves on a port of the system's choice until stdin ends.
pub async fn run() -> Result<(), String> {
    warm_up().await?;
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let probe = ProbeHandler::default();
    let route = vox::acceptor_fn(move |request, connection| match request.service() {
        "Everything" => {
            connection.handle_with(EverythingDispatcher::new(EverythingHandler));
            Ok(())
        }
        "Probe" => {
            connection.handle_with(ProbeDispatcher::new(probe.clone()));
            Ok(())
        }
        other => Err(vec![
            vox::MetadataEntry::str("error", format!("unknown service {other}")).into_owned(),
        ]),
    });
    println!("listening {address}");
    tokio::select! {
        outcome = vox::serve_listener(listener, route) => outcome.map_err(|error| error.to_string()),
        () = end_of_stdin() => Ok(()),
    }
}

async fn end_of_stdin() {
    let mut buffer = [0; 64];
    while matches!(stdin().read(&mut buffer).await, Ok(length) if length > 0) {}
}

/// Decodes a string once. A process of vox 0.8.2 that has not cannot decode maps with string keys: it answers
/// `String descriptor not registered in CalibrationRegistry`. Source: `protocol/postcard.md` §5.
pub async fn warm_up() -> Result<(), String> {
    let (near, far) = vox::memory_link_pair(16);
    let server = tokio::spawn(
        vox::acceptor_on(far)
            .on_connection(EverythingDispatcher::new(EverythingHandler))
            .establish::<vox::NoopClient>(),
    );
    let client = vox::initiator_on(near, vox::TransportMode::Bare)
        .establish::<EverythingClient>()
        .await
        .map_err(|error| error.to_string())?;
    let _server = server.await.map_err(|error| error.to_string())?;
    client
        .join("warm".to_owned(), Some(1), vec!["up".to_owned()], Color::Red)
        .await
        .map_err(|error| error.to_string())?;
    Ok(())
}
