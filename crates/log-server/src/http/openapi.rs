//! The OpenAPI document.
pub fn openapi_json() -> String { String::new() }
