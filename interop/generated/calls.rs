//! Calls in both roles: each side makes up what it sends, and notes what it has sent and read.

use facet::{Facet, PtrConst};
use vox::{FromVoxSession, Rx, Tx, VoxError};

use crate::value::{Sample, Source, text};

/// The handlers of all services.
#[derive(Clone)]
pub struct Peer;

/// One call, seen from one end.
pub struct Call {
    name: &'static str,
    source: Source,
    /// Arguments, items of channels and the answer, in the order of the method.
    parts: Vec<String>,
}

impl Call {
    /// In a handler, whose answers differ with what it is sent.
    pub fn handled(name: &'static str) -> Self {
        Self::begin(name, 0)
    }

    /// In a client. Each round has other values.
    pub fn begin(name: &'static str, round: u64) -> Self {
        let seed = name.bytes().fold(round, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        Self { name, source: Source::new(seed), parts: Vec::new() }
    }

    pub fn read<T: Sample>(&mut self, value: &T) {
        self.parts.push(text(value));
        let length = self.parts.iter().map(String::len).sum::<usize>();
        self.source = Source::new(self.source.next().wrapping_add(length as u64));
    }

    pub fn make<T: Sample>(&mut self, is_small: bool) -> T {
        let value = if is_small { self.source.small(T::random) } else { T::random(&mut self.source) };
        self.parts.push(text(&value));
        value
    }

    /// Items for a channel, noted as a list.
    pub fn items<T: Sample>(&mut self, is_small: bool) -> Vec<T> {
        let count = self.source.below(4);
        let make = |source: &mut Source| (0..count).map(|_| T::random(source)).collect::<Vec<T>>();
        let items = if is_small { self.source.small(make) } else { make(&mut self.source) };
        self.note(&items);
        items
    }

    pub fn note<T: Sample>(&mut self, items: &Vec<T>) {
        self.parts.push(text(items));
    }

    pub fn answered<T: Sample>(&mut self, answer: Result<T, VoxError>) {
        self.parts.push(match answer {
            Ok(value) => text(&value),
            Err(error) => format!("failed: {error:?}"),
        });
    }

    pub fn fallible<T: Sample, E: Sample + std::fmt::Debug>(&mut self, answer: Result<T, VoxError<E>>) {
        self.parts.push(match answer {
            Ok(value) => text(&Ok::<T, E>(value)),
            Err(VoxError::User(error)) => text(&Err::<T, E>(error)),
            Err(error) => format!("failed: {error:?}"),
        });
    }

    /// Prints the call as one line: no text has a quote or a backslash.
    pub fn done(self) {
        let parts: Vec<String> = self.parts.iter().map(|part| format!("\"{}\"", part.replace('"', "'"))).collect();
        println!("{{\"name\":\"{}\",\"parts\":[{}]}}", self.name, parts.join(","));
    }
}

/// All items of a channel.
pub async fn receive<T: Facet<'static> + 'static>(mut items: Rx<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Ok(Some(item)) = items.recv().await {
        item.map(|item| all.push(item));
    }
    all
}

/// Sends all items, then closes the channel.
pub async fn send<T: Facet<'static> + 'static>(items: Vec<T>, to: Tx<T>) {
    for item in items {
        if to.send(item).await.is_err() {
            return;
        }
    }
    let _ = to.close(Default::default()).await;
}

pub async fn connect<Client: FromVoxSession>(address: &str) -> Result<Client, String> {
    let connecting = vox::connect::<Client>(address).establish().await;
    connecting.map_err(|error| format!("cannot connect: {error:?}"))
}

/// Reads bytes, and writes what was read again, by the machine code that calls use.
pub fn recode<T: Facet<'static> + Sample>(bytes: &[u8]) -> String {
    let plan = vox_postcard::build_identity_plan(T::SHAPE);
    let registry: std::collections::HashMap<_, _> = Default::default();
    // Decoders are kept by the id of the peer's schema: here each type has its own.
    let id = std::ptr::from_ref(T::SHAPE) as u64;
    match vox_jit::global_runtime().try_decode_owned::<T>(bytes, id, &plan, &registry) {
        Some(Ok(value)) => encoded(&value),
        Some(Err(error)) => format!("not read: {error:?}"),
        None => "not read: the shape has no decoder".to_owned(),
    }
}

/// The bytes of a value as hex, and its text.
pub fn encoded<T: Facet<'static> + Sample>(value: &T) -> String {
    let encode = || vox_jit::global_runtime().try_encode_ptr(PtrConst::new((value as *const T).cast::<u8>()), T::SHAPE);
    match encode() {
        Some(Ok(bytes)) => format!("{} {}", hex(&bytes), text(value)),
        Some(Err(error)) => format!("not written: {error:?}"),
        None => "not written: the shape has no encoder".to_owned(),
    }
}

/// Prints what is announced for a type.
pub fn announced<T: Facet<'static>>(name: &str) -> Result<(), String> {
    let plan = vox_types::SchemaSendTracker::plan_for_shape(T::SHAPE).map_err(|error| format!("{name}: {error:?}"))?;
    println!("{name} {}", hex(&plan.to_cbor().0));
    Ok(())
}

pub fn hex(bytes: &[u8]) -> String {
    // Never empty, so that lines have all their words.
    bytes.iter().fold("h".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
