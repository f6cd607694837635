//! The parameters of MX's members: which are refused, and which fit each other.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::flow::Step;
use scenario::mx_setup;

#[test]
fn invalid_parameters_of_a_member_are_refused_by_path() {
    let member = r#""memberGuid":"MBR-1","#;
    let creation = r#""institutionCode":"mxbank","#;
    let oauth = r#""memberGuid":"MBR-1","isOauth":true,"#;
    let new = r#""memberGuid":"MBR-1","credentials":[{"guid":"CRD-1","value":"x"}],"#;
    for (start, rest, path) in [
        ("", r#""job":"aggregate""#, "memberGuid"),
        (member, r#""institutionCode":"mxbank""#, "institutionCode"),
        (
            member,
            r#""dataRequest":{"products":["identity"]}"#,
            "dataRequest",
        ),
        (new, r#""job":"aggregate""#, "job"),
        (oauth, r#""job":"aggregate""#, "job"),
        (new, r#""isOauth":true"#, "credentials"),
        (member, r#""isMobileWebview":true"#, "isMobileWebview"),
        (oauth, r#""signIn":"never""#, "signIn"),
        (creation, r#""signIn":"never""#, "credentials"),
        (new, r#""referralSource":"APP""#, "referralSource"),
        (creation, r#""referralSource":"APP""#, "referralSource"),
        ("", r#""memberGuid":"USR-1""#, "memberGuid"),
        ("", r#""memberGuid":"a/b""#, "memberGuid"),
        (member, r#""job":"a/b""#, "job"),
        ("", r#""institutionCode":"a b""#, "institutionCode"),
        (
            creation,
            r#""dataRequest":{"products":[]}"#,
            "dataRequest/products",
        ),
        (
            creation,
            r#""dataRequest":{"products":["identity","a/b"]}"#,
            "dataRequest/products/1",
        ),
        (creation, r#""dataRequest":{"x":1}"#, "dataRequest/x"),
        (member, r#""isOauth":1"#, "isOauth"),
        (member, r#""presentation":"x""#, "presentation"),
        (member, r#""signIn":"x""#, "signIn"),
        (
            member,
            r#""clientRedirectUrl":"http://app.example""#,
            "clientRedirectUrl",
        ),
        (member, r#""referralSource":"a b""#, "referralSource"),
        (member, r#""enableApp2app":1"#, "enableApp2app"),
        (member, r#""skipAggregation":"x""#, "skipAggregation"),
        (member, r#""memberguid":"MBR-1""#, "memberguid"),
    ] {
        let refusal = mx_setup(format!(r#"{{"userGuid":"USR-1",{start}{rest}}}"#)).refusal();
        assert_eq!(refusal.path, Some(format!("/params/{path}")), "{rest}");
    }
    for scheme in ["javascript", "DATA", "file", "1a", "a b", &"a".repeat(65)] {
        let scheme = format!(r#""uiMessageWebviewUrlScheme":"{scheme}""#);
        let refusal = mx_setup(format!(r#"{{"userGuid":"USR-1",{member}{scheme}}}"#)).refusal();
        let path = Some("/params/uiMessageWebviewUrlScheme");
        assert_eq!(refusal.path.as_deref(), path, "{scheme}");
    }
    for (credentials, path) in [
        ("[]", ""),
        (r#"[{"guid":"CRD-1"}]"#, "/0/value"),
        (r#"[{"guid":"MBR-1","value":"x"}]"#, "/0/guid"),
        (r#"[{"guid":"CRD-a/b","value":"x"}]"#, "/0/guid"),
        (r#"[{"guid":"CRD-1","value":"x","type":1}]"#, "/0/type"),
        (
            r#"[{"guid":"CRD-1","value":"x"},{"guid":"CRD-1","value":"y"}]"#,
            "/1/guid",
        ),
    ] {
        let params = format!(r#"{{"userGuid":"USR-1",{creation}"credentials":{credentials}}}"#);
        let refusal = mx_setup(params).refusal();
        let path = format!("/params/credentials{path}");
        assert_eq!(refusal.path, Some(path), "{credentials}");
    }
    for user in ["null", r#""MBR-1""#, r#""a/b""#] {
        let params = format!(r#"{{"userGuid":{user},{member}"job":"aggregate"}}"#);
        let refusal = mx_setup(params).refusal();
        assert_eq!(refusal.path.as_deref(), Some("/params/userGuid"), "{user}");
    }
}

#[test]
fn parameters_that_fit_each_other_start_a_flow() {
    for params in [
        r#""memberGuid":"MBR-1","signIn":"never""#,
        r#""memberGuid":"MBR-1","referralSource":"APP""#,
        r#""institutionCode":"mxbank","isOauth":true,"referralSource":"APP""#,
        r#""institutionCode":"mxbank","signIn":"never","credentials":[{"guid":"CRD-1","value":"x"}]"#,
        r#""memberGuid":"MBR-1","presentation":"widget","isMobileWebview":true"#,
        r#""memberGuid":"MBR-1","uiMessageWebviewUrlScheme":"com.example.app+a-1""#,
    ] {
        let scenario = mx_setup(format!(r#"{{"userGuid":"USR-1",{params}}}"#)).start_only();
        assert!(matches!(scenario.step, Step::Send { .. }), "{params}");
    }
}
