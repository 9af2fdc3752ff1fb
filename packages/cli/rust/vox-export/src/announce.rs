//! What services announce: ids, and schemas of arguments and results.

use facet::Shape;
use vox_types::{SchemaSendTracker, ServiceDescriptor};

/// One JSON line a method: `service`, `method`, `id`, `args` and `returns` as hex of CBOR.
pub fn announcements(services: &[&'static ServiceDescriptor]) -> Result<String, String> {
    let mut lines = String::new();
    for method in services.iter().flat_map(|service| service.methods) {
        lines.push_str(&format!(
            "{{\"service\":\"{}\",\"method\":\"{}\",\"id\":\"{}\",\"args\":\"{}\",\"returns\":\"{}\"}}\n",
            method.service_name,
            method.method_name,
            method.id.0,
            hex(method.args_shape)?,
            hex(method.return_shape)?,
        ));
    }
    Ok(lines)
}

fn hex(shape: &'static Shape) -> Result<String, String> {
    let plan = SchemaSendTracker::plan_for_shape(shape).map_err(|error| format!("{shape}: {error:?}"))?;
    let bytes = plan.to_cbor();
    Ok(bytes.0.iter().map(|byte| format!("{byte:02x}")).collect())
}
