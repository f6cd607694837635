use super::*;

#[test]
fn a_job_shows_its_way_and_ends_connected() {
    let mut bank = Scenario::of("no_questions");
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", true));
    assert_eq!(bank.look().stands(), ("CONNECTED", true));
    let done = bank.look();
    assert_eq!(done.stands(), ("CONNECTED", false));
    assert_eq!(*done.get("is_authenticated"), Json::Bool(true));
    assert_eq!(done.text("aggregated_at"), "2026-09-21T14:13:20Z");
    assert_eq!(
        done.text("successfully_aggregated_at"),
        "2026-09-21T14:13:24Z"
    );
}

#[test]
fn every_job_is_accepted_and_verify_with_200() {
    for (job, status) in [
        ("aggregate", 202),
        ("verify", 200),
        ("identify", 202),
        ("check_balance", 202),
        ("extend_history", 202),
        ("fetch_statements", 202),
    ] {
        let mut bank = Scenario::of("text");
        assert_eq!(bank.start(job).status, status, "{job}");
        assert_eq!(bank.settle().stands(), ("CHALLENGED", true), "{job}");
    }
}

#[test]
fn the_same_job_again_starts_nothing_and_a_different_one_conflicts() {
    let mut bank = Scenario::of("text");
    bank.aggregate();
    let guids = bank.look().challenges();
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.look().challenges(), guids);
    assert_eq!(bank.start("verify").status, 409);
    assert_eq!(bank.broken(Rule::JobConflict), 1);
    let counts = bank.bank.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (3, 1));
    assert_eq!(Scenario::of("busy").start("aggregate").status, 409);
}

#[test]
fn a_second_aggregation_within_three_hours_is_accepted_and_starts_nothing() {
    let mut bank = Scenario::of("no_questions");
    bank.aggregate();
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", false));
    assert_eq!(bank.start("verify").stands(), ("CONNECTED", true));
    bank.settle();
    bank.later(3 * 60 * MINUTE_MS);
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", true));
}

#[test]
fn the_throttle_knows_what_was_before_the_first_request() {
    let mut bank = Scenario::of("throttled");
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", false));
    bank.later(2 * 60 * MINUTE_MS);
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", true));
}

#[test]
fn a_job_that_failed_may_be_tried_again_at_once() {
    let mut bank = Scenario::of("denied");
    bank.aggregate();
    assert_eq!(bank.start("aggregate").stands(), ("RECONNECTED", true));
}

#[test]
fn the_first_status_is_left_over_from_before_the_job() {
    let mut bank = Scenario::of("stale_denied");
    assert_eq!(bank.start("aggregate").stands(), ("DENIED", false));
    assert_eq!(bank.look().stands(), ("DENIED", false));
    assert_eq!(bank.look().stands(), ("RECONNECTED", true));
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn it_is_left_over_however_soon_the_first_look_comes() {
    let mut bank = Scenario::of("stale_expired");
    bank.start("aggregate");
    assert_eq!(bank.call("GET", "/status", "").stands(), ("EXPIRED", false));
    assert_eq!(bank.look().stands(), ("RECONNECTED", true));
    assert_eq!(bank.settle().stands(), ("CHALLENGED", true));
}

#[test]
fn a_job_can_be_under_way_from_the_beginning() {
    let mut bank = Scenario::of("already_challenged");
    assert_eq!(bank.look().stands(), ("CHALLENGED", true));
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.start("verify").status, 409);
    assert_eq!(
        Scenario::of("already_running").look().stands(),
        ("CREATED", true)
    );
}

#[test]
fn no_job_starts_without_credentials() {
    let mut bank = Scenario::of("no_credentials");
    assert_eq!(bank.start("aggregate").status, 202);
    let got = bank.look();
    assert_eq!(
        (got.get("connection_status"), got.stands().1),
        (&Json::Null, false)
    );
}

#[test]
fn a_status_within_three_seconds_of_another_is_counted_and_answered() {
    let mut bank = Scenario::of("no_questions");
    bank.start("aggregate");
    for (ms, hurried) in [(0, 0), (2_999, 1), (3_000, 1), (10, 2)] {
        assert_eq!(bank.later(ms).call("GET", "/status", "").status, 200);
        assert_eq!(bank.broken(Rule::PolledTooSoon), hurried);
    }
}
