//! Cards, Flinks' name for the stored connection of a LoginId: DeleteCard, SetScheduledRefresh and
//! GetNightlyRefreshStatus.

use crate::failure::{ErrorCode, Refusal};
use crate::flinks::guid::Guid;
use crate::flinks::time::with_zone;
use crate::http::Response;
use crate::json::{Reader, Value, object};

use super::params::in_pascal_case;
use super::service::{Reply, ServiceRequest};

/// Reads the parameters of SetScheduledRefresh: `{"LoginId":"…","IsActivated":true}`.
pub fn schedule_request(params: &Reader) -> Result<ServiceRequest, Refusal> {
    params.only(&["loginId", "isActivated"])?;
    let login_id = Guid::read(params.get("loginId"))?;
    params.get("isActivated").bool()?;
    Ok(ServiceRequest {
        body: Some(in_pascal_case(params.value())),
        id: Some(login_id),
    })
}

/// The text of a failure with status 200. An integrator reads it (`flinks` for Ruby).
const INVALID: &[u8] = b"Invalid LoginId";

/// SetScheduledRefresh replies with a sentence, as a JSON string or as plain text (a guess). No page shows the
/// reply of DeleteCard, so an object is accepted, too.
pub fn confirmation(response: &Response, body: &Value) -> Reply {
    let text = response.body.trim_ascii();
    let is_invalid = text.windows(INVALID.len()).any(|found| found == INVALID);
    let has_content = *body != Value::Null || text.first().is_some_and(u8::is_ascii_alphabetic);
    match has_content || response.status == 204 {
        true if is_invalid => Reply::Failed(ErrorCode::RequestRefused, None),
        true => Reply::Done(Value::Null),
        false => Reply::Unclear,
    }
}

/// The cards that should be refreshed every night but are not.
pub fn ineligible(_: &Response, body: &Value) -> Reply {
    Reply::list(body, "IneligibleCards", |card| {
        let login_id = card.get("LoginId").as_text().and_then(Guid::parse)?;
        let refreshed = card.get("LastRefreshDate").as_text().and_then(with_zone);
        Some(object! {
            "loginId": &login_id,
            "lastRefresh": refreshed.as_deref(),
            "state": card.get("LastRefreshState").as_text(),
            "errorCode": card.get("LastRefreshErrorCode").as_text(),
        })
    })
}
