//! Random values, and values as text that has no postcard in it: the TypeScript side writes the same text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use chrono::TimeDelta;
use facet_value::{DestructuredRef, VArray, VBytes, VNumber, VObject, Value};

/// Nesting below which collections are empty and options are none.
const MAX_DEPTH: u32 = 5;

/// Numbers from a seed (splitmix64).
pub struct Source {
    state: u64,
    depth: u32,
    is_small: bool,
}

impl Source {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, depth: 0, is_small: false }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A size, or zero deep inside.
    pub fn size(&mut self) -> usize {
        if self.depth > MAX_DEPTH { 0 } else { self.below(4) }
    }

    /// The members of a declared type.
    pub fn inside<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    /// A variant; deep inside, one of those that end.
    pub fn variant(&mut self, count: usize, ends: &[usize]) -> usize {
        if self.depth > MAX_DEPTH && !ends.is_empty() { ends[self.below(ends.len())] } else { self.below(count) }
    }

    /// Integers up to 2^53: what TypeScript has as numbers.
    pub fn small<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.is_small, true);
        let made = make(self);
        self.is_small = before;
        made
    }

    /// An integer of any length.
    fn bits(&mut self) -> u64 {
        let length = self.below(if self.is_small { 53 } else { 64 }) as u32 + 1;
        self.next() >> (64 - length)
    }
}

pub trait Sample: Sized {
    fn random(source: &mut Source) -> Self;
    fn write(&self, out: &mut String);
}

pub fn random<T: Sample>(source: &mut Source) -> T {
    T::random(source)
}

pub fn write<T: Sample>(value: &T, out: &mut String) {
    value.write(out);
}

pub fn text<T: Sample>(value: &T) -> String {
    let mut out = String::new();
    value.write(&mut out);
    out
}

macro_rules! integers {
    ($($name:ident)*) => {$(
        impl Sample for $name {
            fn random(source: &mut Source) -> Self {
                let value = source.bits() as $name;
                if $name::MIN != 0 && source.below(2) == 0 { !value } else { value }
            }

            fn write(&self, out: &mut String) {
                let _ = write!(out, "{self}");
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128);

macro_rules! floats {
    ($($name:ident $bits:ident $width:literal)*) => {$(
        impl Sample for $name {
            fn random(source: &mut Source) -> Self {
                let value = $name::from_bits(source.next() as $bits);
                if value.is_nan() { $name::NAN } else { value }
            }

            fn write(&self, out: &mut String) {
                let _ = write!(out, "x{:0width$x}", self.to_bits(), width = $width);
            }
        }
    )*};
}

floats!(f32 u32 8 f64 u64 16);

impl Sample for bool {
    fn random(source: &mut Source) -> Self {
        source.below(2) == 0
    }

    fn write(&self, out: &mut String) {
        out.push(if *self { 't' } else { 'f' });
    }
}

impl Sample for char {
    fn random(source: &mut Source) -> Self {
        let highest = [0x7f, 0x7ff, 0xd7ff, 0x10ffff][source.below(4)];
        char::from_u32(source.below(highest + 1) as u32).unwrap_or('\u{e000}')
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, "c{}", u32::from(*self));
    }
}

impl Sample for String {
    fn random(source: &mut Source) -> Self {
        let length = source.below(8);
        (0..length).map(|_| char::random(source)).collect()
    }

    fn write(&self, out: &mut String) {
        write_text(self, out);
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('\'');
    for byte in text.bytes() {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('\'');
}

impl Sample for () {
    fn random(_: &mut Source) -> Self {}

    fn write(&self, out: &mut String) {
        out.push('u');
    }
}

impl Sample for std::convert::Infallible {
    fn random(_: &mut Source) -> Self {
        panic!("it has no value")
    }

    fn write(&self, _: &mut String) {
        match *self {}
    }
}

impl<T: Sample> Sample for Box<T> {
    fn random(source: &mut Source) -> Self {
        Box::new(T::random(source))
    }

    fn write(&self, out: &mut String) {
        (**self).write(out);
    }
}

impl<T: Sample> Sample for Option<T> {
    fn random(source: &mut Source) -> Self {
        (source.size() > 1).then(|| T::random(source))
    }

    fn write(&self, out: &mut String) {
        match self {
            None => out.push('-'),
            Some(value) => {
                out.push('+');
                value.write(out);
            }
        }
    }
}

impl<T: Sample, E: Sample> Sample for Result<T, E> {
    fn random(source: &mut Source) -> Self {
        if source.below(2) == 0 { Ok(T::random(source)) } else { Err(E::random(source)) }
    }

    fn write(&self, out: &mut String) {
        match self {
            Ok(value) => {
                out.push_str("ok:");
                value.write(out);
            }
            Err(error) => {
                out.push_str("err:");
                error.write(out);
            }
        }
    }
}

fn write_all<'a, T: Sample + 'a>(items: impl Iterator<Item = &'a T>, out: &mut String) {
    out.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(' ');
        }
        item.write(out);
    }
    out.push(']');
}

fn write_sorted(mut texts: Vec<String>, out: &mut String) {
    texts.sort();
    out.push('{');
    out.push_str(&texts.join(","));
    out.push('}');
}

impl<T: Sample> Sample for Vec<T> {
    fn random(source: &mut Source) -> Self {
        let size = source.size();
        (0..size).map(|_| T::random(source)).collect()
    }

    fn write(&self, out: &mut String) {
        write_all(self.iter(), out);
    }
}

impl<T: Sample, const N: usize> Sample for [T; N] {
    fn random(source: &mut Source) -> Self {
        std::array::from_fn(|_| T::random(source))
    }

    fn write(&self, out: &mut String) {
        write_all(self.iter(), out);
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn random(source: &mut Source) -> Self {
        let size = source.size();
        (0..size).map(|_| (K::random(source), V::random(source))).collect()
    }

    fn write(&self, out: &mut String) {
        let entry = |(key, value): (&K, &V)| format!("{}={}", text(key), text(value));
        write_sorted(self.iter().map(entry).collect(), out);
    }
}

impl<T: Sample + Ord> Sample for BTreeSet<T> {
    fn random(source: &mut Source) -> Self {
        let size = source.size();
        (0..size).map(|_| T::random(source)).collect()
    }

    fn write(&self, out: &mut String) {
        write_sorted(self.iter().map(text).collect(), out);
    }
}

macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => {$(
        impl<$($name: Sample),*> Sample for ($($name,)*) {
            fn random(source: &mut Source) -> Self {
                ($($name::random(source),)*)
            }

            fn write(&self, out: &mut String) {
                let parts = [$(text(&self.$at)),*];
                let _ = write!(out, "[{}]", parts.join(" "));
            }
        }
    )*};
}

tuples!((A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3));

/// Quarters of a millisecond, as TypeScript has them exactly.
impl Sample for Duration {
    fn random(source: &mut Source) -> Self {
        Duration::from_micros(u64::from(u32::random(source)) * 250)
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, "{}", self.as_nanos());
    }
}

impl Sample for TimeDelta {
    fn random(source: &mut Source) -> Self {
        TimeDelta::microseconds(i64::from(i32::random(source)) * 250)
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, "{}", self.num_nanoseconds().unwrap_or(i64::MIN));
    }
}

impl Sample for Value {
    fn random(source: &mut Source) -> Self {
        let size = source.size();
        match source.variant(9, &[0, 1, 2, 3, 4, 5, 6]) {
            0 => Value::NULL,
            1 => Value::from(bool::random(source)),
            2 => VNumber::from_i64(i64::random(source)).into_value(),
            3 => VNumber::from_u64(u64::random(source)).into_value(),
            // With a fraction: TypeScript has one kind of number, and writes whole ones as integers.
            4 => VNumber::from_f64(f64::from(i32::random(source)) + 0.5).into_value(),
            5 => Value::from(String::random(source).as_str()),
            6 => VBytes::new(&Vec::<u8>::random(source)).into(),
            7 => source.inside(|source| {
                let mut array = VArray::new();
                (0..size).for_each(|_| array.push(Value::random(source)));
                array.into_value()
            }),
            _ => source.inside(|source| {
                let mut object = VObject::new();
                for at in 0..size {
                    object.insert(format!("member{at}").as_str(), Value::random(source));
                }
                object.into_value()
            }),
        }
    }

    fn write(&self, out: &mut String) {
        match self.destructure_ref() {
            DestructuredRef::Null => out.push('n'),
            DestructuredRef::Bool(value) => value.write(out),
            DestructuredRef::Number(number) if number.is_float() => {
                number.to_f64().unwrap_or(f64::NAN).write(out);
            }
            DestructuredRef::Number(number) => match (number.to_i64(), number.to_u64()) {
                (Some(value), _) => value.write(out),
                (None, Some(value)) => value.write(out),
                (None, None) => out.push('?'),
            },
            DestructuredRef::String(text) => write_text(text.as_str(), out),
            DestructuredRef::Bytes(bytes) => {
                out.push('b');
                write_all(bytes.as_slice().iter(), out);
            }
            DestructuredRef::Array(array) => write_all(array.as_slice().iter(), out),
            DestructuredRef::Object(object) => {
                let entry = |(key, value): (&facet_value::VString, &Value)| {
                    let mut line = String::new();
                    write_text(key.as_str(), &mut line);
                    format!("{line}={}", text(value))
                };
                write_sorted(object.iter().map(entry).collect(), out);
            }
            _ => out.push('?'),
        }
    }
}
