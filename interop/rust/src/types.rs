//! The types of `schemas/everything.vox`. Field and variant names are the wire's, so they are copied unchanged.
//!
//! A `T?` field of the language is absent-tolerant: its counterpart here is an `Option` with `#[facet(default)]`.

use std::collections::{BTreeMap, BTreeSet};

use facet::Facet;

pub type UserId = u64;
pub type Millis = u64;
pub type Names = Vec<String>;
pub type Table<T> = BTreeMap<String, T>;

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Integers {
    pub u8_value: u8,
    pub u16_value: u16,
    pub u32_value: u32,
    pub u64_value: u64,
    pub i8_value: i8,
    pub i16_value: i16,
    pub i32_value: i32,
    pub i64_value: i64,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Wide {
    pub unsigned: u128,
    pub signed: i128,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Floats {
    pub single: f32,
    pub double: f64,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Texts {
    pub flag: bool,
    pub letter: char,
    pub text: String,
    pub data: Vec<u8>,
    pub nothing: (),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Numbers {
    pub count: u64,
    pub balance: i64,
    #[facet(default)]
    pub optional: Option<u64>,
    pub many: Vec<i64>,
    pub elapsed: Millis,
    pub id: UserId,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Options {
    #[facet(default)]
    pub number: Option<u32>,
    #[facet(default)]
    pub text: Option<String>,
    #[facet(default)]
    pub nested: Option<Option<u8>>,
    #[facet(default)]
    pub triple: Option<Option<Option<bool>>>,
    #[facet(default)]
    pub point: Option<Point>,
    #[facet(default)]
    pub list: Option<Vec<u16>>,
    pub elements: Vec<Option<u16>>,
    pub required: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Lists {
    pub numbers: Vec<u32>,
    pub wide: Vec<u64>,
    pub singles: Vec<f32>,
    pub doubles: Vec<f64>,
    pub texts: Names,
    pub flags: Vec<bool>,
    pub points: Vec<Point>,
    pub nested: Vec<Vec<u16>>,
    pub blobs: Vec<Vec<u8>>,
    pub units: Vec<()>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Samples {
    pub shorts: Vec<i16>,
    pub words: Vec<u32>,
    pub longs: Vec<i64>,
    pub singles: Vec<f32>,
    pub doubles: Vec<f64>,
    pub vector: [f64; 3],
    #[facet(default)]
    pub optional: Option<Vec<u16>>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Arrays {
    pub triple: [u16; 3],
    pub grid: [[i16; 3]; 2],
    pub raw: [u8; 4],
    pub texts: [String; 2],
    pub points: [Point; 2],
    pub long: [u32; 12],
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Tuples {
    pub single: (u8,),
    pub pair: (u32, String),
    pub nested: ((i8, bool), Vec<f64>, Point),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Maps {
    pub by_text: BTreeMap<String, u32>,
    pub by_number: BTreeMap<u64, Point>,
    pub by_color: BTreeMap<Color, Vec<String>>,
    pub nested: BTreeMap<i32, BTreeMap<String, bool>>,
    pub numbers: BTreeSet<i16>,
    pub texts: BTreeSet<String>,
    pub table: Table<Point>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Results {
    pub plain: Result<u32, String>,
    pub rich: Result<Point, ShapeError>,
    pub nested: Result<Option<u8>, (u16, String)>,
    pub nothing: Result<(), ()>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Empty {}

#[derive(Debug, Clone, Copy, PartialEq, Facet)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Facet)]
pub enum Color {
    Red,
    Green,
    Blue,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum Shape {
    Nothing,
    Circle(f64),
    Segment(Point, Point),
    Rect {
        corner: Point,
        width: u32,
        height: u32,
    },
    Labeled {
        label: Option<String>,
        colors: Vec<Color>,
    },
    Group(Vec<Shape>),
    Painted(Color, Option<Box<Shape>>),
    Marker(()),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Defaults {
    #[facet(default = 5)]
    pub number: u32,
    #[facet(default = -7)]
    pub negative: i64,
    #[facet(default = 0.5)]
    pub ratio: f64,
    #[facet(default = String::from("none"))]
    pub text: String,
    #[facet(default = 'x')]
    pub letter: char,
    #[facet(default = true)]
    pub flag: bool,
    #[facet(default = Color::Green)]
    pub color: Color,
    #[facet(default)]
    pub list: Vec<u16>,
    #[facet(default)]
    pub data: Vec<u8>,
    #[facet(default)]
    pub table: BTreeMap<String, u32>,
    #[facet(default)]
    pub labels: BTreeSet<String>,
    #[facet(default)]
    pub option: Option<u32>,
    #[facet(default = 12)]
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Reserved {
    pub class: u32,
    pub function: u32,
    pub delete: u32,
    pub kind: u32,
    pub value: u32,
    pub constructor: u32,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Pair<A, B> {
    pub first: A,
    pub second: B,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Page<T> {
    pub items: Vec<T>,
    #[facet(default)]
    pub next: Option<T>,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum Choice<L, R> {
    Left(L),
    Right(R),
    Both { left: L, right: R },
    Neither,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Tree<T> {
    pub value: T,
    pub children: Vec<Tree<T>>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Chain {
    pub id: u32,
    #[facet(default)]
    pub next: Option<Box<Chain>>,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum Expr {
    Literal(i64),
    Negate(Box<Expr>),
    Add { left: Box<Expr>, right: Box<Expr> },
    Call(String, Vec<Expr>),
    Empty,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Folder {
    pub name: String,
    pub entries: Vec<Entry>,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum Entry {
    File(Vec<u8>),
    Folder(Folder),
    Links(BTreeMap<String, Entry>),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Generics {
    pub pair: Pair<u32, String>,
    pub swapped: Pair<String, u32>,
    pub page: Page<Point>,
    pub optional_page: Page<Option<u8>>,
    pub choice: Choice<u32, Point>,
    pub nested: Pair<Pair<u8, bool>, Choice<String, Vec<u16>>>,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Recursion {
    pub chain: Chain,
    pub tree: Tree<String>,
    pub expr: Expr,
    pub folder: Folder,
}

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum ShapeError {
    NotFound,
    Invalid(String),
    TooLarge { limit: u32, found: u64 },
    Clash(Point, Point),
}

#[repr(u8)]
#[derive(Debug, Clone, Copy, PartialEq, Facet)]
pub enum Refusal {
    Busy,
    Closed,
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct Report {
    pub code: u32,
    pub message: String,
}

// --- schemas/probe.vox ---

#[repr(u8)]
#[derive(Debug, Clone, PartialEq, Facet)]
pub enum EntryValue {
    Text(String),
    Data(Vec<u8>),
    Number(u64),
}

#[derive(Debug, Clone, PartialEq, Facet)]
pub struct MetadataItem {
    pub key: String,
    pub value: EntryValue,
    pub flags: u64,
}
