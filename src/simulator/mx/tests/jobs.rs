use super::*;

#[test]
fn a_job_shows_its_progress_and_ends_connected() {
    let mut bank = Scenario::for_member("no_questions");
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", true)
    );
    assert_eq!(bank.read_status().status_and_running(), ("CONNECTED", true));
    let done = bank.read_status();
    assert_eq!(done.status_and_running(), ("CONNECTED", false));
    assert_eq!(*done.get("is_authenticated"), Json::Bool(true));
    assert_eq!(done.text("aggregated_at"), "2026-09-21T14:13:20Z");
    assert_eq!(
        done.text("successfully_aggregated_at"),
        "2026-09-21T14:13:24Z"
    );
}

#[test]
fn verify_is_accepted_with_200_and_every_other_job_with_202() {
    for (job, status) in [
        ("aggregate", 202),
        ("verify", 200),
        ("identify", 202),
        ("check_balance", 202),
        ("extend_history", 202),
        ("fetch_statements", 202),
    ] {
        let mut bank = Scenario::for_member("text");
        assert_eq!(bank.start(job).status, status, "{job}");
        assert_eq!(
            bank.run_job().status_and_running(),
            ("CHALLENGED", true),
            "{job}"
        );
    }
}

#[test]
fn the_same_job_again_starts_nothing_and_a_different_one_conflicts() {
    let mut bank = Scenario::for_member("text");
    bank.aggregate();
    let guids = bank.read_status().challenges();
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.read_status().challenges(), guids);
    assert_eq!(bank.start("verify").status, 409);
    assert_eq!(bank.times_broken(Rule::JobConflict), 1);
    let counts = bank.simulator.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (3, 1));
    assert_eq!(Scenario::for_member("busy").start("aggregate").status, 409);
}

#[test]
fn a_second_aggregation_within_three_hours_is_accepted_and_starts_nothing() {
    let mut bank = Scenario::for_member("no_questions");
    bank.aggregate();
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", false)
    );
    assert_eq!(
        bank.start("verify").status_and_running(),
        ("CONNECTED", true)
    );
    bank.run_job();
    bank.later(3 * 60 * MINUTE_MS);
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", true)
    );
}

#[test]
fn the_throttle_applies_to_an_aggregation_before_the_first_request() {
    let mut bank = Scenario::for_member("throttled");
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", false)
    );
    bank.later(2 * 60 * MINUTE_MS);
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", true)
    );
}

#[test]
fn a_failed_job_can_be_repeated_at_once() {
    let mut bank = Scenario::for_member("denied");
    bank.aggregate();
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("RECONNECTED", true)
    );
}

#[test]
fn the_first_status_can_be_from_before_the_job() {
    let mut bank = Scenario::for_member("stale_denied");
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("DENIED", false)
    );
    assert_eq!(bank.read_status().status_and_running(), ("DENIED", false));
    assert_eq!(
        bank.read_status().status_and_running(),
        ("RECONNECTED", true)
    );
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn the_stale_status_is_shown_even_to_an_immediate_read() {
    let mut bank = Scenario::for_member("stale_expired");
    bank.start("aggregate");
    assert_eq!(
        bank.call("GET", "/status", "").status_and_running(),
        ("EXPIRED", false)
    );
    assert_eq!(
        bank.read_status().status_and_running(),
        ("RECONNECTED", true)
    );
    assert_eq!(bank.run_job().status_and_running(), ("CHALLENGED", true));
}

#[test]
fn a_job_can_run_already_at_the_first_request() {
    let mut bank = Scenario::for_member("already_challenged");
    assert_eq!(
        bank.read_status().status_and_running(),
        ("CHALLENGED", true)
    );
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.start("verify").status, 409);
    assert_eq!(
        Scenario::for_member("already_running")
            .read_status()
            .status_and_running(),
        ("CREATED", true)
    );
}

#[test]
fn no_job_starts_without_credentials() {
    let mut bank = Scenario::for_member("no_credentials");
    assert_eq!(bank.start("aggregate").status, 202);
    let reply = bank.read_status();
    assert_eq!(
        (reply.get("connection_status"), reply.status_and_running().1),
        (&Json::Null, false)
    );
}

#[test]
fn a_status_within_three_seconds_of_another_is_counted_and_answered() {
    let mut bank = Scenario::for_member("no_questions");
    bank.start("aggregate");
    for (ms, hurried) in [(0, 0), (2_999, 1), (3_000, 1), (10, 2)] {
        assert_eq!(bank.later(ms).call("GET", "/status", "").status, 200);
        assert_eq!(bank.times_broken(Rule::PolledTooSoon), hurried);
    }
}
