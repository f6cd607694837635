//! Breadth first over the states of a pair: a flow and a simulated bank.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::moves::{Move, alone, moves};
use crate::promises::check_state;
use crate::world::World;

/// No flow is longer than its total limit and one round, one last poll or one reply.
const MAX_LIFE_MS: u64 = 135 * 60_000;

/// About how many moves are spent, for each explored state, on the ways from the bound of a search to an ending.
const WALKED_MOVES_PER_STATE: usize = 5;

/// The longest way to an ending if nobody is there: polls for two hours, every three seconds.
const MAX_MOVES_ALONE: usize = 6_000;

/// What a search found.
#[derive(Default)]
pub struct Found {
    pub states: usize,
    pub transitions: usize,
    pub depth: usize,
    /// Whether there is no further state.
    pub is_complete: bool,
    /// The states that were not expanded, and the ways from them to an ending that were walked.
    pub at_bound: usize,
    pub walks: usize,
    pub fault: Option<Fault>,
}

/// A broken promise, and the shortest way to it.
pub struct Fault {
    pub broken: String,
    pub moves: Vec<Move>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {:?}", self.broken, self.moves)
    }
}

/// Explores all states, or as many as the bound allows.
pub fn explore(start: World, max_states: usize) -> Found {
    let mut search = Search::default();
    let mut found = Found::default();
    let fault = search.explore(start, max_states, &mut found).err();
    found.states = search.came_from.len();
    found.fault = fault;
    found
}

type Id = (u64, u64);

#[derive(Default)]
struct Search {
    /// Each state, and how it was reached first.
    came_from: HashMap<Id, Option<(Id, Move)>>,
    /// The next state if nobody is there.
    alone: HashMap<Id, Id>,
    /// The states from which that leads to an ending.
    ending: HashSet<Id>,
}

impl Search {
    fn explore(&mut self, start: World, max_states: usize, found: &mut Found) -> Result<(), Fault> {
        let id = self.id(&start);
        self.came_from.insert(id, None);
        let mut level = vec![(id, start)];
        while !level.is_empty() && self.came_from.len() < max_states {
            let mut next = Vec::new();
            let mut rest = level.into_iter();
            for (id, world) in rest.by_ref() {
                self.expand(id, &world, &mut next, found)?;
                if self.came_from.len() >= max_states {
                    break;
                }
            }
            next.extend(rest);
            level = next;
            found.depth += 1;
        }
        found.is_complete = level.is_empty();
        self.check_endings(level, found)
    }

    /// Makes all moves of a state, and collects the new states.
    fn expand(
        &mut self,
        id: Id,
        world: &World,
        new: &mut Vec<(Id, World)>,
        found: &mut Found,
    ) -> Result<(), Fault> {
        for it in moves(world) {
            found.transitions += 1;
            let mut twin = world.clone();
            let outcome = twin.apply(it).and_then(|()| check_state(&twin));
            if let Err(broken) = outcome {
                let mut moves = self.way_to(id);
                moves.push(it);
                return Err(Fault { broken, moves });
            }
            let reached = self.id(&twin);
            if it == alone(world) {
                self.alone.insert(id, reached);
            }
            if twin.has_ended() {
                self.ending.insert(reached);
            } else if let Entry::Vacant(entry) = self.came_from.entry(reached) {
                entry.insert(Some((id, it)));
                new.push((reached, twin));
            }
        }
        Ok(())
    }

    /// Checks that each explored state leads to an ending if nobody is there, and so do the states at the bound. If the
    /// ways from there are long, only from some of them, evenly spread.
    fn check_endings(&mut self, bound: Vec<(Id, World)>, found: &mut Found) -> Result<(), Fault> {
        found.at_bound = bound.len();
        let mut stride = 1;
        for (index, (id, world)) in bound.into_iter().enumerate() {
            if index % stride > 0 {
                self.ending.insert(id);
                continue;
            }
            let walked = self.walk(id, world);
            let moves = walked.map_err(|broken| Fault {
                broken: format!("{broken}, if nobody is there"),
                moves: self.way_to(id),
            })?;
            if index == 0 {
                let budget = WALKED_MOVES_PER_STATE * self.came_from.len();
                stride = (moves * found.at_bound / budget).max(1);
            }
            found.walks += 1;
        }
        self.state_without_ending().map_or(Ok(()), Err)
    }

    fn id(&self, world: &World) -> Id {
        let text = world.canonical();
        let mut hashers = ["one", "other"].map(|name| {
            let mut hasher = DefaultHasher::new();
            name.hash(&mut hasher);
            hasher
        });
        hashers.iter_mut().for_each(|hasher| text.hash(hasher));
        (hashers[0].finish(), hashers[1].finish())
    }

    fn way_to(&self, mut id: Id) -> Vec<Move> {
        let mut moves = Vec::new();
        while let Some(Some((before, it))) = self.came_from.get(&id) {
            moves.push(*it);
            id = *before;
        }
        moves.reverse();
        moves
    }

    /// Walks from a state beyond the bound to its ending, or to a state that is known to reach one. Returns how many moves
    /// that took.
    fn walk(&mut self, id: Id, mut world: World) -> Result<usize, String> {
        let mut walked = vec![id];
        while walked.len() < MAX_MOVES_ALONE {
            let it = alone(&world);
            world.apply(it)?;
            if world.scenario.now - world.started_at > MAX_LIFE_MS {
                return Err("the flow exceeds its total time limit".to_owned());
            }
            let id = self.id(&world);
            if world.has_ended() {
                check_state(&world)?;
            }
            if world.has_ended() || self.ending.contains(&id) {
                let moves = walked.len();
                self.ending.extend(walked);
                return Ok(moves);
            }
            walked.push(id);
        }
        Err("the flow does not end".to_owned())
    }

    /// Looks for an explored state from which nothing leads to an ending if nobody is there.
    fn state_without_ending(&mut self) -> Option<Fault> {
        let ids: Vec<Id> = self.alone.keys().copied().collect();
        for first in ids {
            let mut walked = HashSet::new();
            let mut id = first;
            while !self.ending.contains(&id) {
                match self.alone.get(&id) {
                    Some(next) if walked.insert(id) => id = *next,
                    _ => {
                        let broken = "the flow does not end, if nobody is there".to_owned();
                        return Some(Fault {
                            broken,
                            moves: self.way_to(first),
                        });
                    }
                }
            }
            self.ending.extend(walked);
        }
        None
    }
}
