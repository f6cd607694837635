//! The address to which Connect redirects the person, and the deep links that it may be.

use crate::failure::Refusal;
use crate::http::return_url;
use crate::json::{self, Reader, Value};

/// Schemes of browsers and operating systems, which an app cannot own. Some of them run or show what follows.
const FOREIGN_SCHEMES: [&str; 18] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "intent",
    "jar",
    "javascript",
    "resource",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Checks the list of deep links.
pub fn deep_links(list: Reader) -> Result<Vec<String>, Refusal> {
    let mut links = Vec::new();
    if !list.is_null() && !matches!(list.value(), Value::List(_)) {
        return Err(list.invalid("must be an array of URLs"));
    }
    for (index, link) in list.value().items().iter().enumerate() {
        let text = link.as_text().unwrap_or_default();
        if !is_deep_link(text) {
            let index = json::decimal(index as u64);
            return Err(list.item(&index, link).invalid(
                "must be a URL with a scheme of your own and no fragment, such as myapp://connected",
            ));
        }
        links.push(text.to_owned());
    }
    Ok(links)
}

/// Without a search for `://`, which would add 5 kB of brotli to the wasm.
fn is_deep_link(text: &str) -> bool {
    let is_valid = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')
    };
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\');
    let length = text.bytes().take_while(|byte| is_valid(*byte)).count();
    let (Some(scheme), Some(rest)) = (text.get(..length), text.get(length..)) else {
        return false;
    };
    let starts_with_letter = scheme
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = rest.strip_prefix("://").unwrap_or_default();
    starts_with_letter
        && !FOREIGN_SCHEMES.contains(&scheme)
        && !rest.is_empty()
        && rest.bytes().all(is_plain)
}

/// The query entries of a landing that may occur once. Connect and the flow add them.
const ADDED_ENTRIES: [&str; 4] = ["error", "institution", "loginId", "state"];

/// Reads bytes: a search in text would make the wasm larger.
fn has_added_entry(url: &str) -> bool {
    let path = url.bytes().take_while(|byte| *byte != b'?').count();
    let query = url.as_bytes().get(path + 1..).unwrap_or_default();
    query.split(|byte| *byte == b'&').any(|entry| {
        let name = entry.split(|byte| *byte == b'=').next().unwrap_or_default();
        ADDED_ENTRIES
            .iter()
            .any(|added| added.as_bytes().eq_ignore_ascii_case(name))
    })
}

/// The address to return to: a deep link of the list, or else `https:`.
pub fn redirect_url(url: &Reader, deep_links: &[String]) -> Result<String, Refusal> {
    let text = url.text()?;
    if has_added_entry(text) {
        return Err(url.invalid("cannot have error, institution, loginId or state in its query"));
    }
    if deep_links.iter().any(|link| link == text) {
        return Ok(text.to_owned());
    }
    return_url(url).map_err(|_| {
        url.invalid("must be an https: URL without fragment, an http: URL of localhost, or one of deepLinks")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flinks::config::FlinksConfig;

    const CUSTOMER: &str = r#""customerId":"43387ca6-0391-4c82-857d-70d95f087ecb""#;

    #[test]
    fn a_redirect_url_is_https_or_a_listed_deep_link() {
        let path = |redirect_url: &str, deep_links: &str| {
            let rest = format!(r#""redirectUrl":{redirect_url:?},"deepLinks":{deep_links}"#);
            let config = format!(r#"{{"instance":"toolbox",{CUSTOMER},{rest}}}"#);
            let config = Value::parse(config.as_bytes()).unwrap();
            let refusal = FlinksConfig::read(Reader::new("config", &config)).err();
            refusal.and_then(|refusal| refusal.path.clone())
        };
        let redirect = Some("/config/redirectUrl".to_owned());
        for (url, deep_links, expected) in [
            ("https://app.example/back", "null", None),
            ("https://app.example/back", "[]", None),
            ("myapp://connected", r#"["myapp://connected"]"#, None),
            (
                "com.example.app://a?b=c",
                r#"["a://b","com.example.app://a?b=c"]"#,
                None,
            ),
            ("myapp://connected", "[]", redirect.clone()),
            (
                "myapp://connected/x",
                r#"["myapp://connected"]"#,
                redirect.clone(),
            ),
            (
                "MYAPP://connected",
                r#"["myapp://connected"]"#,
                redirect.clone(),
            ),
            ("javascript:alert(1)", "[]", redirect.clone()),
            ("http://app.example/", "[]", redirect.clone()),
            ("https://app.example/back?a=b#c", "[]", redirect.clone()),
            ("https://app.example/back?a=b c", "[]", redirect.clone()),
            ("https://app.example/back?states=1&x=state", "[]", None),
            ("https://app.example/back&state=1?x=?state=1", "[]", None),
            ("https://app.example/back?state=1", "[]", redirect.clone()),
            (
                "https://app.example/back?a=b&LoginId",
                "[]",
                redirect.clone(),
            ),
            ("myapp://a?error=", r#"["myapp://a?error="]"#, redirect),
        ] {
            assert_eq!(path(url, deep_links), expected, "{url}");
        }
        let link = Some("/config/deepLinks/0".to_owned());
        for refused in [
            "javascript:alert(1)",
            "javascript://%0aalert(1)",
            "JavaScript://x",
            "data:text/html,x",
            "data://x",
            "vbscript://x",
            "file:///etc/passwd",
            "http://app.example/",
            "https://app.example/",
            "blob://x",
            "intent://x",
            "view-source://x",
            "myapp:connected",
            "myapp://",
            "myapp://a#b",
            "myapp://a b",
            "my app://a",
            "1app://a",
            "://a",
            "",
        ] {
            assert_eq!(path(refused, &format!("[{refused:?}]")), link, "{refused}");
        }
        assert_eq!(path("https://a.example", "[7]"), link);
        let list = Some("/config/deepLinks".to_owned());
        assert_eq!(path("https://a.example", r#""myapp://a""#), list);
    }
}
