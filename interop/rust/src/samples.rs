//! Edge values of every type, in the order in which the TypeScript side lists them (`tests/interop/samples.ts`): it
//! compares what its handlers received with its own list.

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use crate::services::NumberOrText;
use crate::types::*;

/// The largest whole number that a TypeScript `number` counts to.
const MAX_SAFE: i64 = (1 << 53) - 1;

fn text(value: &str) -> String {
    value.to_owned()
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().copied().map(text).collect()
}

fn table<V, const N: usize>(entries: [(&str, V); N]) -> BTreeMap<String, V> {
    entries
        .into_iter()
        .map(|(key, value)| (text(key), value))
        .collect()
}

const fn point(x: i32, y: i32) -> Point {
    Point { x, y }
}

pub fn bools() -> Vec<bool> {
    vec![true, false]
}

pub fn u64s() -> Vec<u64> {
    vec![0, 127, 128, 1 << 53, u64::MAX]
}

pub fn strings() -> Vec<String> {
    vec![text(""), text("hello"), text("naïve \0 ☃ 🦀"), "é".repeat(300)]
}

pub fn bytes() -> Vec<Vec<u8>> {
    vec![
        vec![],
        vec![0, 127, 128, 255],
        (0..1000).map(|at| at as u8).collect(),
    ]
}

pub fn options() -> Vec<Option<String>> {
    vec![None, Some(text("")), Some(text("here"))]
}

pub fn lists() -> Vec<Vec<u32>> {
    vec![vec![], vec![0, 127, 128, 16383, 16384, u32::MAX]]
}

pub fn tuples() -> Vec<(u32, String)> {
    vec![(0, text("")), (u32::MAX, text("both"))]
}

pub fn maps() -> Vec<BTreeMap<String, u32>> {
    vec![BTreeMap::new(), table([("", 0), ("one", 1), ("größe", u32::MAX)])]
}

pub fn results() -> Vec<NumberOrText> {
    vec![Ok(0), Ok(u32::MAX), Err(text("")), Err(text("no"))]
}

pub fn integers() -> Vec<Integers> {
    vec![
        Integers {
            u8_value: u8::MAX,
            u16_value: u16::MAX,
            u32_value: u32::MAX,
            u64_value: u64::MAX,
            i8_value: i8::MAX,
            i16_value: i16::MAX,
            i32_value: i32::MAX,
            i64_value: i64::MAX,
        },
        Integers {
            u8_value: 0,
            u16_value: 0,
            u32_value: 0,
            u64_value: 0,
            i8_value: i8::MIN,
            i16_value: i16::MIN,
            i32_value: i32::MIN,
            i64_value: i64::MIN,
        },
        Integers {
            u8_value: 128,
            u16_value: 128,
            u32_value: 16384,
            u64_value: (1 << 53) + 1,
            i8_value: -1,
            i16_value: -64,
            i32_value: 64,
            i64_value: -65,
        },
    ]
}

pub fn wides() -> Vec<Wide> {
    vec![
        Wide {
            unsigned: u128::MAX,
            signed: i128::MAX,
        },
        Wide {
            unsigned: 0,
            signed: i128::MIN,
        },
        Wide {
            unsigned: 1 << 64,
            signed: -(1 << 64) - 1,
        },
    ]
}

pub fn floats() -> Vec<Floats> {
    vec![
        Floats {
            single: 3.5,
            double: PI,
        },
        Floats {
            single: -0.0,
            double: -0.0,
        },
        Floats {
            single: f32::NAN,
            double: f64::NAN,
        },
        Floats {
            single: f32::INFINITY,
            double: f64::NEG_INFINITY,
        },
        Floats {
            single: f32::MAX,
            double: f64::from_bits(1),
        },
    ]
}

pub fn text_values() -> Vec<Texts> {
    vec![
        Texts {
            flag: true,
            letter: '🦀',
            text: text("naïve \0 ☃ 🦀"),
            data: vec![0, 255, 128],
            nothing: (),
        },
        Texts {
            flag: false,
            letter: '\0',
            text: text(""),
            data: vec![],
            nothing: (),
        },
    ]
}

pub fn numbers() -> Vec<Numbers> {
    vec![
        Numbers {
            count: MAX_SAFE as u64,
            balance: -MAX_SAFE,
            optional: Some(0),
            many: vec![0, -1, MAX_SAFE],
            elapsed: 1_700_000_000_000,
            id: u64::MAX,
        },
        Numbers {
            count: 0,
            balance: 0,
            optional: None,
            many: vec![],
            elapsed: 0,
            id: 0,
        },
    ]
}

pub fn option_values() -> Vec<Options> {
    let none = Options {
        number: None,
        text: None,
        nested: None,
        triple: None,
        point: None,
        list: None,
        elements: vec![],
        required: None,
    };
    vec![
        Options {
            number: Some(u32::MAX),
            text: Some(text("")),
            nested: Some(Some(7)),
            triple: Some(Some(Some(true))),
            point: Some(point(1, -1)),
            list: Some(vec![]),
            elements: vec![Some(1), None, Some(u16::MAX)],
            required: Some(0),
        },
        Options {
            nested: Some(None),
            triple: Some(Some(None)),
            list: Some(vec![9]),
            ..none.clone()
        },
        Options {
            triple: Some(None),
            ..none.clone()
        },
        none,
    ]
}

pub fn list_values() -> Vec<Lists> {
    vec![
        Lists {
            numbers: vec![0, u32::MAX],
            wide: vec![0, u64::MAX],
            singles: vec![1.5, -0.0, f32::INFINITY],
            doubles: vec![0.1, f64::MAX],
            texts: texts(&["", "a", "🦀"]),
            flags: vec![true, false],
            points: vec![point(i32::MIN, i32::MAX), point(0, 0)],
            nested: vec![vec![], vec![1, 2, u16::MAX]],
            blobs: vec![vec![], vec![1, 2, 3]],
            units: vec![(), (), ()],
        },
        Lists {
            numbers: vec![],
            wide: vec![],
            singles: vec![],
            doubles: vec![],
            texts: vec![],
            flags: vec![],
            points: vec![],
            nested: vec![],
            blobs: vec![],
            units: vec![],
        },
    ]
}

pub fn sample_values() -> Vec<Samples> {
    vec![
        Samples {
            shorts: vec![i16::MIN, 0, i16::MAX],
            words: vec![0, u32::MAX],
            longs: vec![i64::MIN, -1, i64::MAX],
            singles: vec![0.5, -0.0],
            doubles: vec![0.1, -1e300],
            vector: [1.0, -2.5, 1e-9],
            optional: Some(vec![0, u16::MAX]),
        },
        Samples {
            shorts: vec![],
            words: vec![],
            longs: vec![],
            singles: vec![],
            doubles: vec![],
            vector: [0.0; 3],
            optional: None,
        },
    ]
}

pub fn arrays() -> Vec<Arrays> {
    vec![Arrays {
        triple: [0, 300, u16::MAX],
        grid: [[1, 2, 3], [-1, i16::MIN, i16::MAX]],
        raw: [0, 1, 128, 255],
        texts: [text("left"), text("")],
        points: [point(1, 2), point(-3, -4)],
        long: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, u32::MAX],
    }]
}

pub fn tuple_values() -> Vec<Tuples> {
    vec![Tuples {
        single: (255,),
        pair: (u32::MAX, text("two")),
        nested: ((-128, true), vec![0.25, -1.0], point(5, -6)),
    }]
}

pub fn map_values() -> Vec<Maps> {
    vec![
        Maps {
            by_text: table([("", 0), ("a", 1)]),
            by_number: BTreeMap::from([(0, point(0, 0)), (u64::MAX, point(1, -1))]),
            by_color: BTreeMap::from([(Color::Red, texts(&["r", "R"])), (Color::Blue, vec![])]),
            nested: BTreeMap::from([
                (-1, table([("yes", true), ("no", false)])),
                (i32::MAX, BTreeMap::new()),
            ]),
            numbers: BTreeSet::from([i16::MIN, 0, i16::MAX]),
            texts: BTreeSet::from([text(""), text("z")]),
            table: table([("origin", point(0, 0))]),
        },
        Maps {
            by_text: BTreeMap::new(),
            by_number: BTreeMap::new(),
            by_color: BTreeMap::new(),
            nested: BTreeMap::new(),
            numbers: BTreeSet::new(),
            texts: BTreeSet::new(),
            table: BTreeMap::new(),
        },
    ]
}

pub fn result_values() -> Vec<Results> {
    vec![
        Results {
            plain: Ok(1),
            rich: Ok(point(2, 3)),
            nested: Ok(Some(4)),
            nothing: Ok(()),
        },
        Results {
            plain: Err(text("plain")),
            rich: Err(ShapeError::Invalid(text("rich"))),
            nested: Err((65535, text("nested"))),
            nothing: Err(()),
        },
        Results {
            plain: Ok(0),
            rich: Err(ShapeError::TooLarge {
                limit: 10,
                found: u64::MAX,
            }),
            nested: Ok(None),
            nothing: Ok(()),
        },
    ]
}

pub fn colors() -> Vec<Color> {
    vec![Color::Red, Color::Green, Color::Blue]
}

pub fn shapes() -> Vec<Shape> {
    vec![
        Shape::Nothing,
        Shape::Circle(-2.5),
        Shape::Segment(point(0, 0), point(i32::MAX, i32::MIN)),
        Shape::Rect {
            corner: point(-1, -2),
            width: 0,
            height: u32::MAX,
        },
        Shape::Labeled {
            label: None,
            colors: vec![],
        },
        Shape::Labeled {
            label: Some(text("tag")),
            colors: vec![Color::Blue, Color::Red],
        },
        Shape::Group(vec![Shape::Nothing, Shape::Group(vec![]), Shape::Circle(1.0)]),
        Shape::Painted(Color::Green, None),
        Shape::Painted(
            Color::Red,
            Some(Box::new(Shape::Painted(
                Color::Blue,
                Some(Box::new(Shape::Nothing)),
            ))),
        ),
        Shape::Marker(()),
    ]
}

pub fn defaults() -> Vec<Defaults> {
    vec![
        Defaults {
            number: 5,
            negative: -7,
            ratio: 0.5,
            text: text("none"),
            letter: 'x',
            flag: true,
            color: Color::Green,
            list: vec![],
            data: vec![],
            table: BTreeMap::new(),
            labels: BTreeSet::new(),
            option: None,
            count: 12,
        },
        Defaults {
            number: 0,
            negative: i64::MIN,
            ratio: -0.25,
            text: text("some"),
            letter: 'é',
            flag: false,
            color: Color::Red,
            list: vec![1, u16::MAX],
            data: vec![7],
            table: table([("k", 1)]),
            labels: BTreeSet::from([text("l")]),
            option: Some(1),
            count: 0,
        },
    ]
}

pub fn reserved() -> Vec<Reserved> {
    vec![Reserved {
        class: 1,
        function: 2,
        delete: 3,
        kind: 4,
        value: 5,
        constructor: 6,
    }]
}

pub fn generics() -> Vec<Generics> {
    vec![
        Generics {
            pair: Pair {
                first: 1,
                second: text("one"),
            },
            swapped: Pair {
                first: text("two"),
                second: 2,
            },
            page: Page {
                items: vec![point(1, 2)],
                next: Some(point(3, 4)),
            },
            optional_page: Page {
                items: vec![Some(1), None],
                next: Some(Some(2)),
            },
            choice: Choice::Both {
                left: 9,
                right: point(-9, 9),
            },
            nested: Pair {
                first: Pair {
                    first: 255,
                    second: true,
                },
                second: Choice::Left(text("left")),
            },
        },
        Generics {
            pair: Pair {
                first: 0,
                second: text(""),
            },
            swapped: Pair {
                first: text(""),
                second: 0,
            },
            page: Page {
                items: vec![],
                next: None,
            },
            optional_page: Page {
                items: vec![],
                next: Some(None),
            },
            choice: Choice::Neither,
            nested: Pair {
                first: Pair {
                    first: 0,
                    second: false,
                },
                second: Choice::Right(vec![1, 2]),
            },
        },
    ]
}

pub fn recursions() -> Vec<Recursion> {
    let chain = |id, next| Chain { id, next };
    vec![
        Recursion {
            chain: chain(1, Some(Box::new(chain(2, Some(Box::new(chain(3, None))))))),
            tree: Tree {
                value: text("root"),
                children: vec![
                    Tree {
                        value: text("leaf"),
                        children: vec![],
                    },
                    Tree {
                        value: text("branch"),
                        children: vec![Tree {
                            value: text("twig"),
                            children: vec![],
                        }],
                    },
                ],
            },
            expr: Expr::Add {
                left: Box::new(Expr::Negate(Box::new(Expr::Literal(-5)))),
                right: Box::new(Expr::Call(text("f"), vec![Expr::Empty, Expr::Literal(i64::MAX)])),
            },
            folder: Folder {
                name: text("top"),
                entries: vec![
                    Entry::File(vec![1, 2]),
                    Entry::Folder(Folder {
                        name: text("sub"),
                        entries: vec![],
                    }),
                    // With an entry in it, 0.8.2 dies while encoding: it cannot send a map that contains its own type.
                    Entry::Links(BTreeMap::new()),
                ],
            },
        },
        Recursion {
            chain: chain(0, None),
            tree: Tree {
                value: text(""),
                children: vec![],
            },
            expr: Expr::Empty,
            folder: Folder {
                name: text(""),
                entries: vec![],
            },
        },
    ]
}

pub fn pages() -> Vec<Page<String>> {
    vec![
        Page {
            items: texts(&["a", ""]),
            next: Some(text("b")),
        },
        Page {
            items: vec![],
            next: None,
        },
    ]
}

pub fn choices() -> Vec<Choice<Point, Color>> {
    vec![
        Choice::Left(point(1, 2)),
        Choice::Right(Color::Blue),
        Choice::Both {
            left: point(3, 4),
            right: Color::Red,
        },
        Choice::Neither,
    ]
}
