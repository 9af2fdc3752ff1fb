//! The server, and the warming up that both roles need.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::io::{AsyncReadExt, stdin};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use vox::transport::local::LocalLinkAcceptor;
use vox::transport::tcp::StreamLink;
use vox::transport::websocket::WsLink;
use vox::{Link, Parity, SessionAcceptOutcome, SessionKeepaliveConfig, SessionRegistry};

use crate::handlers::{EverythingHandler, ProbeHandler};
use crate::services::{EverythingClient, EverythingDispatcher, ProbeDispatcher};
use crate::streams::StreamsHandler;
use crate::types::Color;

/// What a server can be started with.
#[derive(Clone, Copy)]
pub struct Options {
    /// Items that may be sent to it on a fresh channel.
    pub credit: u32,
    /// Time between the pings of a session; none without.
    pub ping_interval: Option<Duration>,
    /// Whether sessions outlive their links.
    pub is_resumable: bool,
}

impl Options {
    /// Sessions outlive their links; all else is as usual.
    pub fn resumable() -> Self {
        Self {
            is_resumable: true,
            ..Self::usual()
        }
    }

    /// Sessions end with their links, and request nothing.
    pub fn usual() -> Self {
        Self {
            credit: 16,
            ping_interval: None,
            is_resumable: false,
        }
    }
}

/// What carries the frames of a server.
pub enum Carrier<'a> {
    Tcp,
    WebSocket,
    /// A Unix socket at this path, under the lock of the reference.
    Local(&'a str),
}

/// What the handlers of all connections share.
#[derive(Clone, Default)]
struct Shared {
    probe: ProbeHandler,
    endless_running: Arc<AtomicU32>,
    sessions: SessionRegistry,
}

/// Serves, over TCP or WebSockets on a port of the system's choice, until stdin ends.
pub async fn run(carrier: Carrier<'_>, options: Options) -> Result<(), String> {
    warm_up().await?;
    tokio::select! {
        outcome = accept(carrier, options) => {
            // A read of stdin that is under way would keep the process.
            eprintln!("{}", outcome.err().map_or_else(String::new, |error| error.to_string()));
            std::process::exit(1)
        }
        () = end_of_stdin() => Ok(()),
    }
}

async fn accept(carrier: Carrier<'_>, options: Options) -> std::io::Result<()> {
    let shared = Shared::default();
    if let Carrier::Local(path) = carrier {
        let (listener, _lock) = LocalLinkAcceptor::bind_with_lock(path)?;
        println!("listening {path}");
        loop {
            let link = listener.accept().await?;
            tokio::spawn(serve(link, options, shared.clone()));
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening {}", listener.local_addr()?);
    let is_web_socket = matches!(carrier, Carrier::WebSocket);
    loop {
        let (stream, _) = listener.accept().await?;
        // The ready-made loop of vox 0.8.2 leaves Nagle's algorithm on.
        stream.set_nodelay(true)?;
        tokio::spawn(upgrade(stream, is_web_socket, options, shared.clone()));
    }
}

/// Makes a link of a connection, and serves it.
async fn upgrade(stream: TcpStream, is_web_socket: bool, options: Options, shared: Shared) {
    if !is_web_socket {
        serve(StreamLink::tcp(stream), options, shared).await;
    } else if let Ok(link) = WsLink::server(stream).await {
        serve(link, options, shared).await;
    }
}

/// Serves one link. The ready-made loop of vox 0.8.2 gives no access to the session.
async fn serve<L>(link: L, options: Options, shared: Shared)
where
    L: Link + Send + 'static,
    L::Tx: Send + Sync + 'static,
    L::Rx: Send + 'static,
{
    let (sender, session) = watch::channel(None);
    let route = vox::acceptor_fn(move |request, connection| match request.service() {
        "Everything" => {
            connection.handle_with(EverythingDispatcher::new(EverythingHandler));
            Ok(())
        }
        "Probe" => {
            connection.handle_with(ProbeDispatcher::new(shared.probe.clone()));
            Ok(())
        }
        "Streams" => {
            let running = shared.endless_running.clone();
            StreamsHandler::attach(connection, running, session.clone(), Parity::Even, options.credit);
            Ok(())
        }
        other => Err(vec![
            vox::MetadataEntry::str("error", format!("unknown service {other}")).into_owned(),
        ]),
    });
    let mut builder = vox::acceptor_on(link)
        .on_connection(route)
        .channel_capacity(options.credit);
    if let Some(ping_interval) = options.ping_interval {
        builder = builder.keepalive(SessionKeepaliveConfig {
            ping_interval,
            pong_timeout: Duration::from_secs(5),
        });
    }
    let root = if options.is_resumable {
        let builder = builder.session_registry(shared.sessions.clone());
        match builder.establish_or_resume::<vox::NoopClient>().await {
            Ok(SessionAcceptOutcome::Established(root)) => root,
            Ok(SessionAcceptOutcome::Resumed) | Err(_) => return,
        }
    } else {
        match builder.establish::<vox::NoopClient>().await {
            Ok(root) => root,
            Err(_) => return,
        }
    };
    sender.send_replace(root.session.clone());
    root.caller.closed().await;
}

/// Waits until the parent process closes the standard input.
pub async fn end_of_stdin() {
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
