//! Cards, as Flinks calls what it keeps of a LoginId: DeleteCard, SetScheduledRefresh and
//! GetNightlyRefreshStatus.

use crate::failure::{ErrorCode, Refusal};
use crate::http::Response;
use crate::json::{Reader, Value, object};

use super::Guid;
use super::call::{Asked, Reply, in_pascal_case};
use super::time::utc;

/// `{"LoginId":"…","IsActivated":true}`
pub fn schedule(params: &Reader) -> Result<Asked, Refusal> {
    params.only(&["loginId", "isActivated"])?;
    let login_id = Guid::read(params.get("loginId"))?;
    params.get("isActivated").bool()?;
    Ok(Asked {
        body: Some(in_pascal_case(params.value())),
        id: Some(login_id),
    })
}

/// What integrators read in a reply that is no success for all its status (`flinks` for Ruby).
const INVALID: &[u8] = b"Invalid LoginId";

/// SetScheduledRefresh says a sentence: a JSON string, or a bare one (a guess). What DeleteCard says is shown
/// nowhere; it may be an object, too.
pub fn said(response: &Response, body: &Value) -> Reply {
    let bare = response.body.trim_ascii();
    let says = |words: &[u8]| bare.windows(words.len()).any(|found| found == words);
    let is_said = *body != Value::Null || bare.first().is_some_and(u8::is_ascii_alphabetic);
    match is_said || response.status == 204 {
        true if says(INVALID) => Reply::Failed(ErrorCode::RequestRefused, None),
        true => Reply::Done(Value::Null),
        false => Reply::Unclear,
    }
}

/// The cards that are to be refreshed every night and are not. That none may be `null` instead of an empty
/// list is a guess.
pub fn ineligible(_: &Response, body: &Value) -> Reply {
    let cards = body.get("IneligibleCards");
    if !body.has("IneligibleCards") || !matches!(cards, Value::List(_) | Value::Null) {
        return Reply::Unclear;
    }
    match cards.items().iter().map(card).collect() {
        Some(cards) => Reply::Done(Value::List(cards)),
        None => Reply::Unclear,
    }
}

fn card(card: &Value) -> Option<Value> {
    let login_id = card.get("LoginId").as_text().and_then(Guid::parse)?;
    let refreshed = card.get("LastRefreshDate").as_text().and_then(utc);
    Some(object! {
        "loginId": &login_id,
        "lastRefresh": refreshed.as_deref(),
        "state": card.get("LastRefreshState").as_text(),
        "errorCode": card.get("LastRefreshErrorCode").as_text(),
    })
}

#[cfg(test)]
mod tests {
    use crate::failure::ErrorCode;
    use crate::flinks::call::Reply;
    use crate::flinks::call::tests::judge;
    use crate::json::Value;

    #[test]
    fn a_sentence_is_a_reply_quoted_or_bare() {
        for body in [
            "LoginId x has now been activated for automatic refresh",
            r#""LoginId x has now been activated for automatic refresh""#,
            r#"{"HttpStatusCode":200,"Message":"deleted"}"#,
        ] {
            for name in ["SetScheduledRefresh", "DeleteCard"] {
                assert_eq!(judge(name, 200, body), Reply::Done(Value::Null), "{body}");
            }
        }
        assert_eq!(judge("DeleteCard", 204, ""), Reply::Done(Value::Null));
    }

    #[test]
    fn invalid_login_id_with_status_200_is_no_success() {
        for body in ["Invalid LoginId", r#""Invalid LoginId""#] {
            let refused = Reply::Failed(ErrorCode::RequestRefused, None);
            assert_eq!(judge("DeleteCard", 200, body), refused);
        }
    }

    #[test]
    fn neither_a_page_nor_nothing_nor_half_a_body_is_a_sentence() {
        for body in ["", " \n", "<!DOCTYPE html>", r#"{"Message":"#] {
            assert_eq!(judge("DeleteCard", 200, body), Reply::Unclear, "{body}");
        }
    }

    #[test]
    fn a_card_without_a_login_id_makes_the_list_unclear() {
        let list = |cards: &str| {
            let body = format!(r#"{{"IneligibleCards":{cards}}}"#);
            judge("GetNightlyRefreshStatus", 200, &body)
        };
        assert_eq!(list("[]"), Reply::Done(Value::List(Vec::new())));
        assert_eq!(list("null"), Reply::Done(Value::List(Vec::new())));
        assert_eq!(list(r#"[{"LastRefreshState":"Failed"}]"#), Reply::Unclear);
        assert_eq!(list("{}"), Reply::Unclear);
        assert_eq!(judge("GetNightlyRefreshStatus", 200, "{}"), Reply::Unclear);
    }
}
