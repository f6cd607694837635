//! The person in a page of the vendor: the bank's window, MX's widget, Flinks Connect.

use bank_mfa::flow::{Event, Step};
use bank_mfa::http::Header;
use bank_mfa::json::Value;
use bank_mfa::simulator::{Incoming, Outgoing};

use crate::scenario::member::{claim, json};
use crate::world::{Broken, World};

const BANK: &str = "https://mxbank.mx.com";
const WIDGETS: &str = "https://int-widgets.moneydesktop.com";

/// The right answers in Connect, by prompt.
const KNOWN: [(&str, &str); 1] = [("What city were you born in?", "Montreal")];

/// The person opens the window. Its address must work.
pub fn open_window(world: &mut World) -> Result<(), Broken> {
    world.must_take(Event::WindowOpened, "the opening of its window")?;
    let Step::Redirect { url, .. } = world.scenario.step.clone() else {
        return Ok(());
    };
    let shown = browse(world, "GET", &url, "");
    if shown.status != 200 {
        return Err(format!(
            "the window's address does not work: {}",
            shown.status
        ));
    }
    world.page = Some(url);
    Ok(())
}

/// The person decides in the bank's window, which then shows the landing page.
pub fn decide(world: &mut World, decision: &str) -> Result<(), Broken> {
    let url = world.page.take().unwrap_or_default();
    let left = browse(world, "POST", &url, &format!("decision={decision}"));
    let location = left.headers.iter().find(|(name, _)| name == "location");
    world.claim = location.map(|(_, location)| claim(location));
    Ok(())
}

/// The person answers or signs in, in MX's widget or in Flinks Connect.
pub fn in_page(world: &mut World, right: bool) -> Result<(), Broken> {
    match world.scenario.step {
        Step::Connect { .. } => in_connect(world, right),
        _ => in_widget(world, right),
    }
}

fn in_widget(world: &mut World, right: bool) -> Result<(), Broken> {
    let url = world.page.clone().unwrap_or_default();
    let view = json(&String::from_utf8_lossy(
        &browse(world, "POST", &format!("{url}/look"), "{}").body,
    ));
    let guids = |name: &str| {
        let all = view.get(name).items().iter();
        let guids = all.filter_map(|item| item.get("guid").as_text());
        guids.map(str::to_owned).collect::<Vec<_>>()
    };
    let (call, list, values) = match view.get("state").as_text() {
        Some("asks") => {
            let member = view.get("memberGuid").as_text().unwrap_or_default();
            let values = world.scenario.bank.right_values(member).unwrap_or_default();
            ("answer", "challenges", values)
        }
        Some("credentials") => {
            let (username, password) = world.credentials;
            let texts = [username, password].map(str::to_owned);
            (
                "sign-in",
                "credentials",
                guids("credentials").into_iter().zip(texts).collect(),
            )
        }
        _ => return Ok(()),
    };
    let value = |(guid, value): (String, String)| {
        let value = if right { value } else { "wrong".to_owned() };
        format!(r#"{{"guid":"{guid}","value":"{value}"}}"#)
    };
    let values: Vec<String> = values.into_iter().map(value).collect();
    let body = format!(r#"{{"member":{{"{list}":[{}]}}}}"#, values.join(","));
    browse(world, "POST", &format!("{url}/{call}"), &body);
    world.submitted = true;
    Ok(())
}

fn in_connect(world: &mut World, right: bool) -> Result<(), Broken> {
    let mut view = match &world.page {
        Some(_) => call(world, "look", vec![]),
        None => open_connect(world),
    };
    if view.get("state").as_text() == Some("refused") {
        let refuses_token = view.get("code").as_text() == Some("TOKEN_INVALID");
        world.page = None;
        return match refuses_token {
            true => world.must_take(Event::TokenRefused, "a refused token"),
            false => {
                world.page_refused = true;
                Ok(())
            }
        };
    }
    if view.get("state").as_text() == Some("credentials") {
        let (username, password) = world.credentials;
        let password = if right { password } else { "wrong" };
        let entries = vec![("username", username.into()), ("password", password.into())];
        view = call(world, "sign-in", entries);
    }
    if view.get("state").as_text() == Some("asks") {
        let responses = view.get("challenges").items().iter().map(|challenge| {
            let prompt = challenge.get("Prompt").as_text().unwrap_or_default();
            let known = KNOWN.iter().find(|(known, _)| *known == prompt && right);
            let answer = known.map_or("wrong", |(_, answer)| answer);
            Value::List(vec![prompt.into(), Value::List(vec![answer.into()])])
        });
        let responses = Value::List(responses.collect());
        view = call(world, "answer", vec![("responses", responses)]);
    }
    world.submitted = true;
    if view.get("state").as_text() == Some("done") {
        let login_id = view.get("loginId").as_text().unwrap_or_default();
        world.claim = Some(json(&format!(r#"{{"loginId":"{login_id}"}}"#)));
    }
    Ok(())
}

fn open_connect(world: &mut World) -> Value {
    let frame = world.scenario.frame().clone();
    let mut entries = Vec::new();
    let (_, query) = frame.url.split_once('?').unwrap_or_default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if ["requestId", "tag", "language"].contains(&name) {
            entries.push((name, value.into()));
        }
    }
    for header in &frame.query {
        if let Header::Secret { name, slot } = header {
            let token = world.scenario.secret(slot, frame.session);
            entries.push((*name, token.as_str().into()));
        }
    }
    let view = world.scenario.call_page("open", &entries);
    world.page = view.get("visit").as_text().map(str::to_owned);
    view
}

fn call(world: &mut World, name: &str, mut entries: Vec<(&str, Value)>) -> Value {
    let visit = world.page.clone().unwrap_or_default();
    entries.push(("visit", visit.as_str().into()));
    world.scenario.call_page(name, &entries)
}

fn browse(world: &mut World, method: &'static str, url: &str, body: &str) -> Outgoing {
    let path = url.strip_prefix(BANK).or_else(|| url.strip_prefix(WIDGETS));
    let incoming = Incoming {
        method,
        path: path.unwrap_or_default(),
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes(),
    };
    world.scenario.bank.handle(world.scenario.now, &incoming)
}
