//! Bodies of bytes as schemas of the OpenAPI document.

use indelible_wire::limits;
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

/// One entry.
pub(in crate::http) struct EntryBytes;

/// Many entries.
pub(in crate::http) struct BatchBytes;

impl PartialSchema for EntryBytes {
    fn schema() -> RefOr<Schema> {
        bytes(limits::ENTRY_BYTES_MAX)
    }
}

impl PartialSchema for BatchBytes {
    fn schema() -> RefOr<Schema> {
        bytes(limits::BATCH_BYTES_MAX)
    }
}

impl ToSchema for EntryBytes {}

impl ToSchema for BatchBytes {}

fn bytes(most: usize) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .min_length(Some(1))
        .max_length(Some(most))
        .into()
}
