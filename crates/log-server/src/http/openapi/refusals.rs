//! Refusals in the OpenAPI document: one response for each status, which lists its problem types.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use indelible_wire::Problem;
use serde_json::Value;
use utoipa::openapi::header::Header;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::super::kind::Kind;

/// The responses of a route that refuses for these reasons.
pub(in crate::http) fn refusals(kinds: &[Kind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<StatusCode, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status()).or_default().push(*kind);
    }
    let responses = by_status.into_iter();
    responses
        .map(|(status, kinds)| (status.as_str().to_owned(), response(status, &kinds).into()))
        .collect()
}

fn response(status: StatusCode, kinds: &[Kind]) -> Response {
    let titles: Vec<String> =
        kinds.iter().map(|kind| format!("`{}`: {}.", kind.slug(), kind.title())).collect();
    let types = kinds.iter().map(|kind| format!("{}{}", Problem::KIND_PREFIX, kind.slug()));
    let one_of = |kind, values: Vec<Value>| {
        ObjectBuilder::new().schema_type(SchemaType::Type(kind)).enum_values(Some(values))
    };
    let members = ObjectBuilder::new()
        .property("type", one_of(Type::String, types.map(Value::from).collect()))
        .property("status", one_of(Type::Integer, vec![status.as_u16().into()]));
    let schema = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(members);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let response = ResponseBuilder::new()
        .description(titles.join("\n"))
        .content(Problem::CONTENT_TYPE, content)
        .header("Cache-Control", text("Always `no-store`."));
    match status {
        StatusCode::SERVICE_UNAVAILABLE => {
            let seconds = SchemaType::Type(Type::Integer);
            let mut header =
                Header::new(ObjectBuilder::new().schema_type(seconds).minimum(Some(1)));
            header.description = Some("Seconds until it is worth asking again.".to_owned());
            response.header("Retry-After", header).build()
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            response.header("Content-Range", text("`bytes */N` for a resource of N bytes.")).build()
        }
        _ => response.build(),
    }
}

fn text(description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)));
    header.description = Some(description.to_owned());
    header
}
