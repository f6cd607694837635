//! The address of a window.

use super::{Member, failed};
use crate::http::Response;
use crate::mx::reply::{is_success, refusal};
use crate::vendor::{Stage, Verdict};

impl Member {
    /// Interprets the reply with the address of a window.
    pub(super) fn judge_window(&mut self, response: &Response) -> Verdict {
        let body = response.json();
        let (widget, member) = (body.get("widget_url"), body.get("member"));
        let url = widget.get("url").as_text();
        let url = url.or_else(|| member.get("oauth_window_uri").as_text());
        match (refusal(response), url) {
            // Only this request was throttled.
            (Some(_), _) if response.status == 429 => {
                Verdict::Wait(Stage::Window, response.retry_after)
            }
            (Some(_), _) if self.withdraw_offer() => Verdict::Wait(Stage::Poll, None),
            (Some(refused), _) => failed(refused, response),
            (None, Some(url)) if is_success(response.status) && url.starts_with("https://") => {
                Verdict::Window(url.to_owned())
            }
            _ => Verdict::Unclear,
        }
    }
}
