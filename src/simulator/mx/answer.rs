//! Answers to a member's challenges.

use super::challenge::{Challenge, RoundChallenge, TOKEN};
use super::connection::{AfterRun, Connection, Phase};
use super::institution::MX_BANK;
use super::job::Job;
use super::judge::{Answer, Judgement, judge};
use super::people::{EndState, OnWrongAnswer};
use super::rules::MxRules;
use crate::simulator::counts::{Counts, Rule};

impl Connection {
    /// Answers from the API. A client must read the status before it sends them.
    pub(crate) fn resume(
        &mut self,
        answers: &[Answer],
        now: u64,
        rules: &MxRules,
        counts: &mut Counts,
    ) -> Result<(), Rule> {
        let without_recent_status =
            matches!(self.phase, Phase::Asking { .. }) && !self.was_status_read(now);
        self.answer(answers, now, rules, counts)?;
        if without_recent_status {
            counts.rule_broken(Rule::AnswerWithoutRecentStatus);
        }
        Ok(())
    }

    /// Lets the bank judge answers, or returns the rule that they break.
    pub(crate) fn answer(
        &mut self,
        answers: &[Answer],
        now: u64,
        rules: &MxRules,
        counts: &mut Counts,
    ) -> Result<(), Rule> {
        let (round, expired) = match &self.phase {
            Phase::Asking { round, .. } => (round.clone(), false),
            Phase::Expired { round } if rules.expired_asks_again => (round.clone(), true),
            _ => return Err(Rule::UnexpectedAnswer),
        };
        let is_code_lost = self.member.quirks.first_code_lost && self.job_count == 1;
        let then = match judge(&round, answers) {
            Judgement::Stale => return Err(Rule::StaleChallenge),
            Judgement::Incomplete => return Err(Rule::AnswersIncomplete),
            // The answer and the error with code 2003 are dropped (W).
            _ if expired => {
                counts.rule_broken(Rule::AnswerExpired);
                self.job = Some(Job::Aggregate);
                self.ask(challenges_of(&round), now, rules);
                return Ok(());
            }
            Judgement::Right if !is_code_lost => AfterRun::NextStep,
            Judgement::AsksAlso(round) => AfterRun::Asks(round.iter().collect()),
            Judgement::Ends(end) => AfterRun::Ends(end),
            Judgement::Right | Judgement::Wrong => match self.on_wrong_answer(rules) {
                OnWrongAnswer::AsksAgain => AfterRun::AsksAgain(challenges_of(&round)),
                OnWrongAnswer::AsksAtOnce => AfterRun::AsksAtOnce(challenges_of(&round)),
                OnWrongAnswer::Ends(status) => {
                    AfterRun::Ends(EndState::with_code(status, error_code(&round)))
                }
            },
        };
        counts.answers_judged += 1;
        self.run("RESUMED", now, then);
        Ok(())
    }

    fn on_wrong_answer(&self, rules: &MxRules) -> OnWrongAnswer {
        let at_mx_bank = self.institution.is_some_and(|bank| bank.code == MX_BANK);
        match rules.mx_bank_denies && at_mx_bank {
            true => OnWrongAnswer::Ends("DENIED"),
            false => self.member.on_wrong_answer,
        }
    }
}

fn challenges_of(round: &[RoundChallenge]) -> Vec<&'static Challenge> {
    round.iter().map(|challenge| challenge.definition).collect()
}

/// 2001: a wrong one-time code; 2002: any other wrong answer (W).
fn error_code(round: &[RoundChallenge]) -> u16 {
    let has_token = round
        .iter()
        .any(|challenge| challenge.definition.kind == TOKEN);
    if has_token { 2001 } else { 2002 }
}
