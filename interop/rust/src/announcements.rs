//! What this peer announces when nothing has been announced: method ids, and the schemas of arguments and answers.

use facet::Shape;
use vox::session::ServiceDescriptor;
use vox::{DriverReplySink, Handler};
use vox_types::SchemaSendTracker;

use crate::handlers::{EverythingHandler, ProbeHandler};
use crate::report::quote;
use crate::services::{
    EverythingDispatcher, ProbeDispatcher, everything_service_descriptor, probe_service_descriptor,
};
use crate::streams::{StreamsDispatcher, StreamsHandler, streams_service_descriptor};

/// Prints one JSON line a method: service, method, id, and both announcements as hex of CBOR.
pub fn run() -> Result<(), String> {
    print(
        everything_service_descriptor(),
        EverythingDispatcher::new(EverythingHandler),
    )?;
    print(
        probe_service_descriptor(),
        ProbeDispatcher::new(ProbeHandler::default()),
    )?;
    print(
        streams_service_descriptor(),
        StreamsDispatcher::new(StreamsHandler::detached()),
    )
}

fn print(service: &ServiceDescriptor, dispatcher: impl Handler<DriverReplySink>) -> Result<(), String> {
    for method in service.methods {
        let response = dispatcher
            .response_wire_shape(method.id)
            .ok_or("a method without an answer")?;
        println!(
            r#"{{"service":{},"method":{},"id":"{}","args":"{}","response":"{}"}}"#,
            quote(method.service_name),
            quote(method.method_name),
            method.id.0,
            announcement(method.args_shape)?,
            announcement(response)?,
        );
    }
    Ok(())
}

fn announcement(shape: &'static Shape) -> Result<String, String> {
    let plan = SchemaSendTracker::plan_for_shape(shape).map_err(|error| format!("{error:?}"))?;
    Ok(plan
        .to_cbor()
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}
