//! Bodies that are no JSON, as the OpenAPI document has them.

use utoipa::ToSchema;

/// Bytes of any kind.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it is only the shape in the OpenAPI document")]
pub(crate) struct Octets(Vec<u8>);
