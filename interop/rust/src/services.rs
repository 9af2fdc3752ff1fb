//! The services of `schemas/everything.vox` and `schemas/probe.vox`. Only the order of the arguments is on the wire,
//! not their names.

use std::collections::BTreeMap;

use crate::types::*;

/// Behind a name, so that the macro does not take it for a method that declares an error.
pub type NumberOrText = Result<u32, String>;

#[vox::service]
pub trait Everything {
    async fn ping(&self);

    async fn echo_bool(&self, value: bool) -> bool;
    async fn echo_u64(&self, value: u64) -> u64;
    async fn echo_string(&self, value: String) -> String;
    async fn echo_bytes(&self, value: Vec<u8>) -> Vec<u8>;
    async fn echo_option(&self, value: Option<String>) -> Option<String>;
    async fn echo_list(&self, value: Vec<u32>) -> Vec<u32>;
    async fn echo_tuple(&self, value: (u32, String)) -> (u32, String);
    async fn echo_map(&self, value: BTreeMap<String, u32>) -> BTreeMap<String, u32>;
    async fn echo_result(&self, value: NumberOrText) -> NumberOrText;
    async fn scale(&self, value: u64, samples: Vec<f64>) -> f64;

    async fn echo_integers(&self, value: Integers) -> Integers;
    async fn echo_wide(&self, value: Wide) -> Wide;
    async fn echo_floats(&self, value: Floats) -> Floats;
    async fn echo_texts(&self, value: Texts) -> Texts;
    async fn echo_numbers(&self, value: Numbers) -> Numbers;
    async fn echo_options(&self, value: Options) -> Options;
    async fn echo_lists(&self, value: Lists) -> Lists;
    async fn echo_samples(&self, value: Samples) -> Samples;
    async fn echo_arrays(&self, value: Arrays) -> Arrays;
    async fn echo_tuples(&self, value: Tuples) -> Tuples;
    async fn echo_maps(&self, value: Maps) -> Maps;
    async fn echo_results(&self, value: Results) -> Results;
    async fn echo_empty(&self, value: Empty) -> Empty;
    async fn echo_color(&self, value: Color) -> Color;
    async fn echo_shape(&self, value: Shape) -> Shape;
    async fn echo_defaults(&self, value: Defaults) -> Defaults;
    async fn echo_reserved(&self, value: Reserved) -> Reserved;
    async fn echo_generics(&self, value: Generics) -> Generics;
    async fn echo_recursion(&self, value: Recursion) -> Recursion;
    async fn echo_page(&self, value: Page<String>) -> Page<String>;
    async fn echo_choice(&self, value: Choice<Point, Color>) -> Choice<Point, Color>;

    // The last argument is `context` in the schema: the macro's own code has a variable of that name.
    async fn join(&self, first: String, second: Option<u32>, options: Names, tone: Color) -> String;

    async fn wide_text(&self, value: Wide) -> String;

    async fn fail_shape(&self, code: u32, value: Shape) -> Result<Shape, ShapeError>;
    async fn fail_text(&self, value: String) -> Result<(), String>;
    async fn fail_refusal(&self, value: Refusal) -> Result<u32, Refusal>;
    async fn fail_report(&self, value: Report) -> Result<(), Report>;

    #[vox(idem)]
    async fn lookup(&self, id: UserId) -> Option<Point>;
    #[vox(persist)]
    async fn commit(&self, id: UserId, at: Millis) -> Millis;
    async fn say(&self, value: String) -> String;
}

#[vox::service]
pub trait Probe {
    #[vox::context]
    async fn metadata(&self) -> Vec<MetadataItem>;
    async fn slow(&self, delay: u32, value: u32) -> u32;
    async fn running(&self) -> u32;
    async fn abandoned(&self) -> u32;
    async fn crash(&self) -> u32;
    async fn fill(&self, length: u32, value: u8) -> Vec<u8>;
    async fn wide(&self, unsigned: String, signed: String) -> Wide;
    async fn outline(&self, folder: Folder) -> String;
}

/// Services of the same name as one of the above that differ from it.
pub mod other {
    /// A peer that is one version ahead and one that has another idea of a type.
    #[vox::service]
    pub trait Everything {
        async fn added(&self);
        async fn added_value(&self) -> u32;
        async fn echo_u64(&self, value: String) -> u64;
        async fn echo_bool(&self, value: bool) -> bool;
    }

    /// A service that no peer serves.
    #[vox::service]
    pub trait Nobody {
        async fn ping(&self);
    }
}
