//! An exhaustive search over pairs of a flow and a simulated bank, breadth first. In each state everything happens that
//! can: the reply comes, is lost, late or unreadable; a gateway refuses; the host has no secret; the process crashes and restores the flow; the person answers
//! rightly, wrongly, late or twice, cancels, or does something in the vendor's page; time passes.
//!
//! `make explore` searches as far as ten minutes allow, and `cargo test` a few hundred states of each pair.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../scenario/mod.rs"]
mod scenario;

mod canonical;
mod moves;
mod network;
mod page;
mod pairs;
mod plant;
mod promises;
mod search;
mod world;

use std::sync::Mutex;
use std::thread;

use pairs::{PAIRS, Pair, Start};
use plant::Plant;
use search::{Found, explore};

#[test]
fn no_move_breaks_a_promise() {
    for pair in PAIRS {
        let found = explore(pair.start(), 80);
        assert!(
            found.fault.is_none(),
            "{}: {}",
            pair.name(),
            found.fault.unwrap()
        );
    }
}

#[test]
fn a_search_without_a_bound_is_complete() {
    let found = explore(
        Pair(Start::Live, "test_disabled_account").start(),
        usize::MAX,
    );
    assert!(found.is_complete && found.states == 1 && found.transitions > 5);
}

/// The planted faults, where each shows, and what the search says of it.
const PLANTED: &[(Plant, Pair, &str)] = &[
    (
        Plant::SendsAgain,
        Pair(Start::Live, "Greatday"),
        "a submission reached the vendor twice",
    ),
    (
        Plant::SendsAgain,
        Pair(Start::Aggregate, "text"),
        "a submission reached the vendor twice",
    ),
    (
        Plant::DeniesSending,
        Pair(Start::Live, "Greatday"),
        "hides that a submission is under way",
    ),
    (
        Plant::MixesRounds,
        Pair(Start::Live, "changing_ids"),
        "another round",
    ),
    (
        Plant::StopsTheClock,
        Pair(Start::Cached, "slow_pending"),
        "the flow does not end",
    ),
    (
        Plant::Mistakes203,
        Pair(Start::Live, "changing_ids"),
        "the bank has not let the person in",
    ),
];

#[test]
fn each_planted_fault_is_found() {
    for (plant, pair, says) in PLANTED {
        let mut start = pair.start();
        start.plant = Some(*plant);
        let fault = explore(start, 2_000).fault;
        let found = fault
            .as_ref()
            .map(|fault| fault.broken.as_str())
            .unwrap_or_default();
        assert!(found.contains(says), "{plant:?}: {found:?}");
    }
}

/// `STATES` bounds the states of a pair, `PAIRS` selects pairs by a part of their name.
#[test]
#[ignore = "takes ten minutes: make explore"]
fn everything_within_ten_minutes() {
    let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let max_states = var("STATES").map_or(20_000, |states| states.parse().unwrap());
    let only = var("PAIRS").unwrap_or_default();
    let pairs = PAIRS.iter().filter(|pair| pair.name().contains(&only));
    let queue = Mutex::new(pairs);
    let all = Mutex::new(Vec::new());
    println!(
        "{:36}{:>9}{:>13}{:>7}  to an ending",
        "flow and bank", "states", "transitions", "depth"
    );
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(pair) = { queue.lock().unwrap().next() } {
                    let found = explore(pair.start(), max_states);
                    print(&pair.name(), &found);
                    all.lock().unwrap().push(found);
                }
            });
        }
    });
    let all = all.into_inner().unwrap();
    let sum = |of: fn(&Found) -> usize| all.iter().map(of).sum::<usize>();
    let complete = all.iter().filter(|found| found.is_complete).count();
    println!(
        "{} pairs, {complete} of them complete: {} states, {} transitions, depth up to {}",
        all.len(),
        sum(|found| found.states),
        sum(|found| found.transitions),
        all.iter()
            .map(|found| found.depth)
            .max()
            .unwrap_or_default(),
    );
    let faults = all.iter().filter(|found| found.fault.is_some());
    assert_eq!(faults.count(), 0, "promises were broken");
}

fn print(name: &str, found: &Found) {
    let endings = match found.is_complete {
        true => "complete: from every state".to_owned(),
        false => format!(
            "cut: from every state; beyond, {} of {}",
            found.walks, found.at_bound
        ),
    };
    let Found {
        states,
        transitions,
        depth,
        ..
    } = found;
    println!("{name:36}{states:>9}{transitions:>13}{depth:>7}  {endings}");
    if let Some(fault) = &found.fault {
        println!("    {fault}");
    }
}
