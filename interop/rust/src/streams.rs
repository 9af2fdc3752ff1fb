//! The service of `schemas/streams.vox`: its types, and what the peer answers on every connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use facet::Facet;
use tokio::sync::watch;
use vox::{ConnectionSettings, Parity, Rx, SessionHandle, Tx};

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum Kind {
    First,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Record {
    pub id: u64,
    pub name: String,
    pub ratio: f64,
    pub flag: bool,
    pub tags: Vec<String>,
    pub data: Vec<u8>,
    #[facet(default)]
    pub note: Option<String>,
    pub kind: Kind,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum StreamError {
    Refused,
    Exhausted(u32),
}

#[vox::service]
pub trait Streams {
    async fn count(&self, start: u32, n: u32, out: Tx<u32>);
    async fn sum(&self, items: Rx<u32>) -> u64;
    async fn first(&self, items: Rx<u32>) -> Option<u32>;
    async fn shout(&self, input: Rx<String>, output: Tx<String>) -> u32;
    async fn records(&self, n: u32, out: Tx<Record>);
    async fn endless(&self, out: Tx<u32>) -> u32;
    async fn running(&self) -> u32;
    async fn fail_after(&self, n: u32, out: Tx<u32>) -> Result<(), StreamError>;
    async fn give_up(&self, n: u32, fails: bool, out: Tx<u32>);
    async fn call_back(&self, n: u32) -> u64;
    async fn open_back(&self, n: u32) -> u64;
}

/// What a handler needs to call its caller; neither is there before the connection is.
#[derive(Clone)]
pub struct Back {
    client: watch::Sender<Option<StreamsClient>>,
    session: watch::Receiver<Option<SessionHandle>>,
    parity: Parity,
    credit: u32,
}

/// Answers on one connection.
#[derive(Clone)]
pub struct StreamsHandler {
    running: Arc<AtomicU32>,
    back: Back,
}

impl StreamsHandler {
    /// A handler on no connection: for what is said about its service.
    pub fn detached() -> Self {
        let back = Back {
            client: watch::Sender::new(None),
            session: watch::channel(None).1,
            parity: Parity::Even,
            credit: 16,
        };
        let running = Arc::default();
        StreamsHandler { running, back }
    }

    /// Answers on a connection of the session that is about to be in `session`, and calls back on it.
    pub fn attach(
        connection: vox::PendingConnection,
        running: Arc<AtomicU32>,
        session: watch::Receiver<Option<SessionHandle>>,
        parity: Parity,
        credit: u32,
    ) {
        let client = watch::Sender::new(None);
        let back = Back {
            client: client.clone(),
            session,
            parity,
            credit,
        };
        let handler = StreamsHandler { running, back };
        client.send_replace(Some(
            connection.handle_with_client(StreamsDispatcher::new(handler)),
        ));
    }
}

/// Counts a call of `endless` while its handler lives.
struct Running<'a>(&'a AtomicU32);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Streams for StreamsHandler {
    async fn count(&self, start: u32, n: u32, out: Tx<u32>) {
        for item in start..start + n {
            if out.send(item).await.is_err() {
                return;
            }
        }
    }

    async fn sum(&self, mut items: Rx<u32>) -> u64 {
        sum_of(&mut items).await
    }

    async fn first(&self, mut items: Rx<u32>) -> Option<u32> {
        items.recv().await.ok().flatten().map(|item| *item.get())
    }

    async fn shout(&self, mut input: Rx<String>, output: Tx<String>) -> u32 {
        let mut texts = 0;
        while let Ok(Some(text)) = input.recv().await {
            if output.send(text.get().to_uppercase()).await.is_err() {
                break;
            }
            texts += 1;
        }
        texts
    }

    async fn records(&self, n: u32, out: Tx<Record>) {
        for at in 0..n {
            if out.send(record(at)).await.is_err() {
                return;
            }
        }
    }

    async fn endless(&self, out: Tx<u32>) -> u32 {
        self.running.fetch_add(1, Ordering::SeqCst);
        let _running = Running(&self.running);
        let mut sent = 0;
        while out.send(sent).await.is_ok() {
            sent += 1;
        }
        sent
    }

    async fn running(&self) -> u32 {
        self.running.load(Ordering::SeqCst)
    }

    async fn fail_after(&self, n: u32, out: Tx<u32>) -> Result<(), StreamError> {
        if n == 0 {
            return Err(StreamError::Refused);
        }
        self.count(0, n, out).await;
        Err(StreamError::Exhausted(n))
    }

    /// A sender of version 0.8.2 cannot give up: what it has sent looks finished.
    async fn give_up(&self, n: u32, fails: bool, out: Tx<u32>) {
        self.count(0, n, out).await;
        assert!(!fails, "asked to fail");
    }

    async fn call_back(&self, n: u32) -> u64 {
        count_sum(&present(&self.back.client.subscribe()).await, n).await
    }

    async fn open_back(&self, n: u32) -> u64 {
        let settings = ConnectionSettings {
            parity: self.back.parity,
            max_concurrent_requests: 64,
            initial_channel_credit: self.back.credit,
        };
        let session = present(&self.back.session).await;
        match session.open::<StreamsClient>(settings).await {
            // Dropping the client closes its connection.
            Ok(client) => count_sum(&client, n).await,
            Err(_) => u64::MAX,
        }
    }
}

async fn present<T: Clone>(slot: &watch::Receiver<Option<T>>) -> T {
    let mut slot = slot.clone();
    let value = slot
        .wait_for(Option::is_some)
        .await
        .expect("the connection is there");
    value.clone().expect("waited for")
}

/// Lets the peer count and adds up what comes; `u64::MAX` when the call fails.
pub async fn count_sum(client: &StreamsClient, n: u32) -> u64 {
    let (tx, mut rx) = vox::channel();
    let (answer, sum) = tokio::join!(client.count(0, n, tx), sum_of(&mut rx));
    answer.map_or(u64::MAX, |()| sum)
}

/// `u64::MAX` when the stream was given up.
async fn sum_of(items: &mut Rx<u32>) -> u64 {
    let mut sum = 0;
    loop {
        match items.recv().await {
            Ok(Some(item)) => sum += u64::from(*item.get()),
            Ok(None) => return sum,
            Err(_) => return u64::MAX,
        }
    }
}

/// The record at this place of `records`.
pub fn record(at: u32) -> Record {
    Record {
        id: (1 << 60) + u64::from(at),
        name: format!("record {at} ☃"),
        ratio: f64::from(at) / 4.0,
        flag: at % 2 == 1,
        tags: (0..at % 3).map(|tag| format!("tag {tag}")).collect(),
        data: vec![at as u8; (at % 5) as usize],
        note: (at % 2 == 0).then(|| "even".to_owned()),
        kind: match at {
            0 => Kind::First,
            _ => Kind::Other(at.to_string()),
        },
    }
}
