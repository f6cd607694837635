//! GenerateAuthorizeToken.

use crate::flinks::guid::Guid;
use crate::http::Response;
use crate::json::Value;

use super::service::Reply;

/// Reads the token from `{"HttpStatusCode":200,"Token":"<guid>"}`.
pub fn token(_: &Response, body: &Value) -> Reply {
    match body.get("Token").as_text().and_then(Guid::parse) {
        Some(token) => Reply::Done((&token).into()),
        None => Reply::Unclear,
    }
}
