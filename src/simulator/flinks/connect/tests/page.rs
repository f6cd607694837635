use super::*;

fn get(bank: &mut Scenario, path: &str) -> Outgoing {
    let (method, headers, body) = ("GET", &[], &[][..]);
    let request = Incoming {
        method,
        path,
        headers,
        body,
    };
    bank.simulator.handle(0, &request)
}

#[test]
fn each_url_of_the_page_links_its_assets_relatively() {
    let mut bank = Scenario::new();
    for (path, base) in [
        ("/v2/?requestId=x", "\"../connect/page.js\""),
        ("/?requestId=x&language=en", "\"connect/page.js\""),
        ("/v2?requestId=x", "\"connect/page.js\""),
        ("/v2/Credential/14?x", "\"../../connect/page.js\""),
        ("/Credential/14", "\"../connect/page.js\""),
    ] {
        let reply = get(&mut bank, path);
        let html = String::from_utf8(reply.body).unwrap();
        assert!(
            html.contains(base) && html.contains("lang=\"en\""),
            "{path}"
        );
        let policy = reply
            .headers
            .iter()
            .find(|(name, _)| name == "content-security-policy");
        assert!(
            policy
                .unwrap()
                .1
                .starts_with("default-src 'none'; script-src 'self';")
        );
    }
    let reply = get(&mut bank, "/v2/?a=b&language=fr");
    assert!(
        String::from_utf8(reply.body)
            .unwrap()
            .contains("lang=\"fr\"")
    );
    assert_eq!(bank.simulator.counts().connects, 0);
}

#[test]
fn other_paths_do_not_belong_to_connect() {
    let (headers, body) = (&[], &[][..]);
    for (method, path) in [
        ("GET", "/v3/x/BankingServices/Authorize"),
        ("GET", "/users/x"),
        ("GET", "/v2x"),
        ("GET", "/credential/14"),
        ("GET", "/x/connect/page.js"),
        ("POST", "/"),
        ("POST", "/v2/"),
    ] {
        let request = Incoming {
            method,
            path,
            headers,
            body,
        };
        assert!(!is_connect(&request), "{method} {path}");
    }
    let mut bank = Scenario::new();
    assert_eq!(
        bank.send_to("GET", "/connect/nothing", None, "").status,
        404
    );
    assert_eq!(bank.call("nothing", "{}").status, 404);
    assert_eq!(bank.broken_rules(), ["path"]);
}
