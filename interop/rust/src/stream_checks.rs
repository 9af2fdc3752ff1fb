//! The client's checks of channels, virtual connections, keepalive and calls back.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use vox::transport::local::local_link_source;
use vox::transport::tcp::tcp_link_source;
use vox::transport::websocket::ws_link_source;
use vox::{
    ConnectionSettings, Link, LinkSource, Parity, Rx, SessionHandle, SessionKeepaliveConfig,
    SessionSourceInitiatorBuilder, TransportMode, Tx, VoxError,
};

use crate::checks::{contains, equal};
use crate::report::Report;
use crate::serve::warm_up;
use crate::services::other::NobodyClient;
use crate::streams::{StreamError, StreamsClient, StreamsHandler, count_sum, record};

/// Items of a long stream.
const MANY: u32 = 10_000;

/// Silence after which the peer gets a Ping.
const PING_INTERVAL: Duration = Duration::from_millis(50);

/// How long a check may take.
const PATIENCE: Duration = Duration::from_secs(20);

type Outcome = Result<String, String>;

/// Runs all checks, in this order.
pub async fn run(address: &str, credit: u32) -> Result<(), String> {
    warm_up().await?;
    let client = connect(address, credit).await?;
    let session = client.session.clone().ok_or("no session")?;
    let mut report = Report::default();
    report.add("count", within(count(&client)).await);
    report.add("sum", within(sum(&client)).await);
    report.add("shout", within(shout(&client)).await);
    report.add("records", within(records(&client)).await);
    report.add("many_at_once", within(many_at_once(&client)).await);
    report.add("closed_at_once", within(closed_at_once(&client)).await);
    report.add("not_wanted", within(not_wanted(&client)).await);
    report.add("left", within(left(&client)).await);
    report.add("given_up", within(given_up(&client)).await);
    report.add("failed", within(failed(&client)).await);
    report.add("refused", within(refused(&client)).await);
    report.add("cut", within(cut(&client)).await);
    report.add("call_back", within(call_back(&client)).await);
    report.add("open_back", within(open_back(&client)).await);
    report.add("virtual", within(virtual_connection(&session, credit)).await);
    report.add("virtual_unknown", within(unknown_service(&session, credit)).await);
    // Much longer than the answer to a ping may take: a session whose pings are not answered would end.
    sleep(10 * PING_INTERVAL).await;
    report.add("after_silence", within(call_back(&client)).await);
    report.finish()
}

/// Runs those that need no calls back on a virtual connection: what a proxy joins.
pub async fn run_virtual(address: &str, credit: u32) -> Result<(), String> {
    warm_up().await?;
    let root = connect(address, credit).await?;
    let session = root.session.clone().ok_or("no session")?;
    let opened = session.open::<StreamsClient>(settings(credit)).await;
    let client = opened.map_err(|error| format!("cannot open: {error:?}"))?;
    let mut report = Report::default();
    report.add("count", within(count(&client)).await);
    report.add("sum", within(sum(&client)).await);
    report.add("shout", within(shout(&client)).await);
    report.add("records", within(records(&client)).await);
    report.add("many_at_once", within(many_at_once(&client)).await);
    report.add("closed_at_once", within(closed_at_once(&client)).await);
    report.add("not_wanted", within(not_wanted(&client)).await);
    report.add("left", within(left(&client)).await);
    report.add("given_up", within(given_up(&client)).await);
    report.add("failed", within(failed(&client)).await);
    report.add("refused", within(refused(&client)).await);
    report.add("cut", within(cut(&client)).await);
    report.add("virtual_unknown", within(unknown_service(&session, credit)).await);
    report.finish()
}

async fn within(check: impl Future<Output = Outcome>) -> Outcome {
    timeout(PATIENCE, check)
        .await
        .unwrap_or_else(|_| Err("it hangs".to_owned()))
}

fn settings(credit: u32) -> ConnectionSettings {
    ConnectionSettings {
        parity: Parity::Odd,
        max_concurrent_requests: 64,
        initial_channel_credit: credit,
    }
}

/// Connects, and serves `Streams` to the server.
async fn connect(address: &str, credit: u32) -> Result<StreamsClient, String> {
    let (sender, session) = watch::channel(None);
    let running = Arc::default();
    // A server that wants no service of its client in particular requests `Noop` on the root connection.
    let route = vox::acceptor_fn(move |request, connection| match request.service() {
        "Streams" | "Noop" => {
            StreamsHandler::attach(
                connection,
                Arc::clone(&running),
                session.clone(),
                Parity::Odd,
                credit,
            );
            Ok(())
        }
        _ => Err(vec![]),
    });
    // Each carrier makes a builder of its own type.
    if let Some(path) = address.strip_prefix("local://") {
        let builder = vox::initiator(local_link_source(path), TransportMode::Bare);
        let builder = builder.on_connection(route).keepalive(keepalive());
        return establish(builder, credit, sender).await;
    }
    if address.starts_with("ws://") {
        // No pings: the receive loop of 0.8.2 waits until its Ping has been sent, and the task of its WebSocket sends
        // nothing until the receive loop takes the next message. Under load the two wait for each other for ever.
        let builder = vox::initiator(ws_link_source(address), TransportMode::Bare);
        return establish(builder.on_connection(route), credit, sender).await;
    }
    let address = address.strip_prefix("tcp://").unwrap_or(address);
    let builder = vox::initiator(tcp_link_source(address), TransportMode::Bare);
    let builder = builder.on_connection(route).keepalive(keepalive());
    establish(builder, credit, sender).await
}

fn keepalive() -> SessionKeepaliveConfig {
    SessionKeepaliveConfig {
        ping_interval: PING_INTERVAL,
        // Longer than a busy machine takes.
        pong_timeout: 100 * PING_INTERVAL,
    }
}

async fn establish<S>(
    builder: SessionSourceInitiatorBuilder<'static, S>,
    credit: u32,
    sender: watch::Sender<Option<SessionHandle>>,
) -> Result<StreamsClient, String>
where
    S: LinkSource,
    S::Link: Link + Send + 'static,
    <S::Link as Link>::Tx: Send + Sync + 'static,
    <S::Link as Link>::Rx: Send + 'static,
{
    let client = builder
        .channel_capacity(credit)
        .establish::<StreamsClient>()
        .await
        .map_err(|error| format!("cannot connect: {error:?}"))?;
    sender.send_replace(client.session.clone());
    Ok(client)
}

/// Everything up to the end of a channel.
async fn collect(mut items: Rx<u32>) -> Result<Vec<u32>, String> {
    let mut all = vec![];
    while let Some(item) = items.recv().await.map_err(|error| error.to_string())? {
        all.push(*item.get());
    }
    Ok(all)
}

async fn send_all(items: Tx<u32>, n: u32) -> Result<(), String> {
    for item in 0..n {
        items.send(item).await.map_err(|error| error.to_string())?;
    }
    items.close(vec![]).await.map_err(|error| error.to_string())
}

/// How fast items went, for the record.
fn pace(started: Instant) -> String {
    format!(
        "{:.0} items a second",
        f64::from(MANY) / started.elapsed().as_secs_f64()
    )
}

async fn count(client: &StreamsClient) -> Outcome {
    let started = Instant::now();
    let (tx, rx) = vox::channel();
    let (answer, items) = tokio::join!(client.count(5, MANY, tx), collect(rx));
    equal(Ok::<(), VoxError>(()), answer)?;
    match items? == (5..5 + MANY).collect::<Vec<u32>>() {
        true => Ok(pace(started)),
        false => Err("other items came".to_owned()),
    }
}

async fn sum(client: &StreamsClient) -> Outcome {
    let started = Instant::now();
    let (tx, rx) = vox::channel();
    let (answer, sent) = tokio::join!(client.sum(rx), send_all(tx, MANY));
    sent?;
    let expected = (0..u64::from(MANY)).sum::<u64>();
    equal(Ok::<u64, VoxError>(expected), answer).map(|_| pace(started))
}

async fn shout(client: &StreamsClient) -> Outcome {
    let (input, handler_input) = vox::channel::<String>();
    let (handler_output, mut output) = vox::channel::<String>();
    let texts: Vec<String> = (0..200)
        .map(|at| format!("text {at} {}", "ä".repeat(at * 10)))
        .collect();
    let send = async {
        for text in &texts {
            input
                .send(text.clone())
                .await
                .map_err(|error| error.to_string())?;
        }
        input.close(vec![]).await.map_err(|error| error.to_string())
    };
    let receive = async {
        let mut all = vec![];
        while let Ok(Some(text)) = output.recv().await {
            all.push(text.get().clone());
        }
        all
    };
    let call = client.shout(handler_input, handler_output);
    let (answer, sent, came): (_, Result<(), String>, _) = tokio::join!(call, send, receive);
    sent?;
    equal(Ok::<u32, VoxError>(200), answer)?;
    let expected: Vec<String> = texts.iter().map(|text| text.to_uppercase()).collect();
    equal(expected, came).map(|_| "200 texts".to_owned())
}

async fn records(client: &StreamsClient) -> Outcome {
    let (tx, mut rx) = vox::channel();
    let receive = async {
        let mut all = vec![];
        while let Ok(Some(record)) = rx.recv().await {
            record.map(|record| all.push(record));
        }
        all
    };
    let (answer, came) = tokio::join!(client.records(30, tx), receive);
    equal(Ok::<(), VoxError>(()), answer)?;
    equal((0..30).map(record).collect::<Vec<_>>(), came).map(|_| "30 records".to_owned())
}

/// Twenty streams share the connection.
async fn many_at_once(client: &StreamsClient) -> Outcome {
    let calls: Vec<_> = (0..20)
        .map(|at| {
            let client = client.clone();
            tokio::spawn(async move { count_sum(&client, 100 + at).await })
        })
        .collect();
    let mut sums = vec![];
    for call in calls {
        sums.push(call.await.map_err(|error| error.to_string())?);
    }
    let expected: Vec<u64> = (100..120).map(|n: u64| n * (n - 1) / 2).collect();
    equal(expected, sums)
}

async fn closed_at_once(client: &StreamsClient) -> Outcome {
    let (tx, rx) = vox::channel();
    let (answer, sent) = tokio::join!(client.first(rx), send_all(tx, 0));
    sent?;
    equal(Ok::<Option<u32>, VoxError>(None), answer)
}

/// The handler leaves after one item: the sender gets an error.
async fn not_wanted(client: &StreamsClient) -> Outcome {
    let (tx, rx) = vox::channel();
    let send = async {
        let mut item = 7;
        loop {
            match tx.send(item).await {
                Ok(()) => item += 1,
                Err(error) => return error,
            }
        }
    };
    let (answer, error) = tokio::join!(client.first(rx), send);
    equal(Ok::<Option<u32>, VoxError>(Some(7)), answer)?;
    contains("channel", error)
}

/// Leaves a stream that has no end of its own.
async fn left(client: &StreamsClient) -> Outcome {
    let (tx, mut rx) = vox::channel();
    let receive = async move {
        for expected in 0..50 {
            match rx.recv().await {
                Ok(Some(item)) if *item.get() == expected => {}
                other => {
                    return Err(format!(
                        "instead of {expected} came {:?}",
                        other.map(|_| "an item")
                    ));
                }
            }
        }
        Ok(())
    };
    let (answer, received) = tokio::join!(client.endless(tx), receive);
    received?;
    match answer {
        Ok(sent) if (50..=50 + 64).contains(&sent) => no_endless(client).await,
        other => Err(format!("{other:?}")),
    }
}

/// A call that is dropped says nothing to the peer, its receiver does.
async fn given_up(client: &StreamsClient) -> Outcome {
    let (tx, mut rx) = vox::channel();
    let receive = async {
        for _ in 0..5 {
            rx.recv().await.map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    };
    tokio::select! {
        answer = client.endless(tx) => return Err(format!("it answered {answer:?}")),
        received = receive => received?,
    }
    drop(rx);
    no_endless(client).await
}

/// Waits until no call of `endless` is being worked on.
async fn no_endless(client: &StreamsClient) -> Outcome {
    loop {
        match client.running().await {
            Ok(0) => return Ok("none is running".to_owned()),
            Ok(_) => sleep(Duration::from_millis(5)).await,
            Err(error) => return Err(format!("{error:?}")),
        }
    }
}

/// Items, then an error. More of them than any window holds, so that the reader has begun when the error comes.
async fn failed(client: &StreamsClient) -> Outcome {
    let (tx, rx) = vox::channel();
    let (answer, items) = tokio::join!(client.fail_after(40, tx), collect(rx));
    equal(Err::<(), _>(VoxError::User(StreamError::Exhausted(40))), answer)?;
    equal((0..40).collect::<Vec<u32>>(), items?)
}

/// An error without an item. No task reads: a receiver that has not begun when the error comes waits for ever.
async fn refused(client: &StreamsClient) -> Outcome {
    let (tx, _rx) = vox::channel();
    let answer = client.fail_after(0, tx).await;
    equal(Err::<(), _>(VoxError::User(StreamError::Refused)), answer)
}

/// A stream that its handler gives up never looks finished: whether the handler aborts it or fails.
async fn cut(client: &StreamsClient) -> Outcome {
    // A handler that fails while the window is full answers first, and then 0.8.2 ends the stream by itself.
    for (n, fails) in [(0, false), (3, false), (40, false), (0, true)] {
        let (tx, mut rx) = vox::channel::<u32>();
        let receive = async {
            let mut came = 0;
            loop {
                match rx.recv().await {
                    Ok(Some(_)) => came += 1,
                    Ok(None) => return (came, "an end in good order".to_owned()),
                    Err(error) => return (came, error.to_string()),
                }
            }
        };
        let (answer, (came, end)) = tokio::join!(client.give_up(n, fails, tx), receive);
        let expected = if fails {
            Err(VoxError::<std::convert::Infallible>::Indeterminate)
        } else {
            Ok(())
        };
        equal(format!("{expected:?}"), format!("{answer:?}"))?;
        equal((n, "channel reset by peer".to_owned()), (came, end))?;
    }
    Ok("4 streams".to_owned())
}

async fn call_back(client: &StreamsClient) -> Outcome {
    equal(Ok::<u64, VoxError>(4950), client.call_back(100).await)
}

async fn open_back(client: &StreamsClient) -> Outcome {
    equal(Ok::<u64, VoxError>(4950), client.open_back(100).await)
}

/// Calls and streams in both directions on a connection of their own.
async fn virtual_connection(session: &SessionHandle, credit: u32) -> Outcome {
    let opened = session.open::<StreamsClient>(settings(credit)).await;
    let client = opened.map_err(|error| format!("{error:?}"))?;
    equal(Ok::<u32, VoxError>(0), client.running().await)?;
    equal(4950, count_sum(&client, 100).await)?;
    let (tx, rx) = vox::channel();
    let (answer, sent) = tokio::join!(client.sum(rx), send_all(tx, 100));
    sent?;
    equal(Ok::<u64, VoxError>(4950), answer)
}

async fn unknown_service(session: &SessionHandle, credit: u32) -> Outcome {
    match session.open::<NobodyClient>(settings(credit)).await {
        Ok(_) => Err("the service that nobody serves was accepted".to_owned()),
        Err(error) => contains("Rejected", error),
    }
}
