//! What the peer answers. The TypeScript handlers of the suite answer the same (`tests/interop/handlers.ts`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::services::{Everything, NumberOrText, Probe};
use crate::types::*;

/// Writes the methods that answer with their argument.
macro_rules! echoes {
    ($($method:ident: $type:ty,)*) => {
        $(async fn $method(&self, value: $type) -> $type {
            value
        })*
    };
}

#[derive(Clone)]
pub struct EverythingHandler;

impl Everything for EverythingHandler {
    async fn ping(&self) {}

    echoes! {
        echo_bool: bool,
        echo_u64: u64,
        echo_string: String,
        echo_bytes: Vec<u8>,
        echo_option: Option<String>,
        echo_list: Vec<u32>,
        echo_tuple: (u32, String),
        echo_map: BTreeMap<String, u32>,
        echo_result: NumberOrText,
        echo_integers: Integers,
        echo_wide: Wide,
        echo_floats: Floats,
        echo_texts: Texts,
        echo_numbers: Numbers,
        echo_options: Options,
        echo_lists: Lists,
        echo_samples: Samples,
        echo_arrays: Arrays,
        echo_tuples: Tuples,
        echo_maps: Maps,
        echo_results: Results,
        echo_empty: Empty,
        echo_color: Color,
        echo_shape: Shape,
        echo_defaults: Defaults,
        echo_reserved: Reserved,
        echo_generics: Generics,
        echo_recursion: Recursion,
        echo_page: Page<String>,
        echo_choice: Choice<Point, Color>,
        say: String,
    }

    async fn scale(&self, value: u64, samples: Vec<f64>) -> f64 {
        samples.iter().sum::<f64>() * value as f64
    }

    async fn join(&self, first: String, second: Option<u32>, options: Names, tone: Color) -> String {
        let second = second.map_or("-".to_owned(), |number| number.to_string());
        format!("{first}|{second}|{}|{tone:?}", options.join(","))
    }

    async fn wide_text(&self, value: Wide) -> String {
        format!("{} {}", value.unsigned, value.signed)
    }

    async fn fail_shape(&self, code: u32, value: Shape) -> Result<Shape, ShapeError> {
        match code {
            1 => Err(ShapeError::NotFound),
            2 => Err(ShapeError::Invalid("code 2".to_owned())),
            3 => Err(ShapeError::TooLarge {
                limit: 10,
                found: u64::MAX,
            }),
            4 => Err(ShapeError::Clash(Point { x: 1, y: 2 }, Point { x: -3, y: -4 })),
            _ => Ok(value),
        }
    }

    async fn fail_text(&self, value: String) -> Result<(), String> {
        Err(value)
    }

    async fn fail_refusal(&self, value: Refusal) -> Result<u32, Refusal> {
        Err(value)
    }

    async fn fail_report(&self, value: Report) -> Result<(), Report> {
        Err(value)
    }

    async fn lookup(&self, id: UserId) -> Option<Point> {
        (id != 0).then(|| Point {
            x: id as i32,
            y: -(id as i32),
        })
    }

    async fn commit(&self, id: UserId, at: Millis) -> Millis {
        at + id
    }
}

#[derive(Clone, Default)]
pub struct ProbeHandler {
    load: Arc<Load>,
}

/// What became of the calls of `slow`.
#[derive(Default)]
struct Load {
    running: AtomicU32,
    abandoned: AtomicU32,
}

/// Counts a call as running while it lives; dropped before its answer, as abandoned.
struct Running<'a> {
    load: &'a Load,
    answered: bool,
}

impl<'a> Running<'a> {
    fn start(load: &'a Load) -> Self {
        load.running.fetch_add(1, Ordering::SeqCst);
        Self {
            load,
            answered: false,
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.load.running.fetch_sub(1, Ordering::SeqCst);
        if !self.answered {
            self.load.abandoned.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Probe for ProbeHandler {
    async fn metadata(&self, cx: &vox::RequestContext<'_>) -> Vec<MetadataItem> {
        cx.metadata().iter().map(item).collect()
    }

    async fn slow(&self, delay: u32, value: u32) -> u32 {
        let mut running = Running::start(&self.load);
        tokio::time::sleep(Duration::from_millis(delay.into())).await;
        running.answered = true;
        value
    }

    async fn running(&self) -> u32 {
        self.load.running.load(Ordering::SeqCst)
    }

    async fn abandoned(&self) -> u32 {
        self.load.abandoned.load(Ordering::SeqCst)
    }

    async fn crash(&self) -> u32 {
        panic!("asked to")
    }

    async fn fill(&self, length: u32, value: u8) -> Vec<u8> {
        vec![value; length as usize]
    }

    // Cannot be sent by 0.8.2: only the TypeScript peer answers it.
    async fn wide(&self, unsigned: String, signed: String) -> Wide {
        Wide {
            unsigned: unsigned.parse().unwrap_or(0),
            signed: signed.parse().unwrap_or(0),
        }
    }

    async fn outline(&self, folder: Folder) -> String {
        outline_of(&folder)
    }
}

fn outline_of(folder: &Folder) -> String {
    let entries: Vec<String> = folder.entries.iter().map(outline_of_entry).collect();
    format!("{}({})", folder.name, entries.join(", "))
}

fn outline_of_entry(entry: &Entry) -> String {
    match entry {
        Entry::File(data) => format!("file {}", data.len()),
        Entry::Folder(folder) => outline_of(folder),
        Entry::Links(links) => {
            let links: Vec<String> = links
                .iter()
                .map(|(name, entry)| format!("{name}: {}", outline_of_entry(entry)))
                .collect();
            format!("links({})", links.join(", "))
        }
    }
}

/// A metadata entry as a value of the schema.
pub fn item(entry: &vox::MetadataEntry<'_>) -> MetadataItem {
    let value = match &entry.value {
        vox::MetadataValue::String(text) => EntryValue::Text(text.to_string()),
        vox::MetadataValue::Bytes(bytes) => EntryValue::Data(bytes.to_vec()),
        vox::MetadataValue::U64(number) => EntryValue::Number(*number),
    };
    let bit = |flag, value| if entry.flags.contains(flag) { value } else { 0 };
    let flags = bit(vox::MetadataFlags::SENSITIVE, 1) | bit(vox::MetadataFlags::NO_PROPAGATE, 2);
    MetadataItem {
        key: entry.key.to_string(),
        value,
        flags,
    }
}
