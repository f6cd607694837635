//! Answers to a member: what resume does.

use super::challenge::{Challenge, RoundChallenge, TOKEN};
use super::connection::{AfterRun, Connection, Phase};
use super::institution::MX_BANK;
use super::job::Job;
use super::judge::{Answer, Judgement, judge};
use super::people::{EndState, OnWrongAnswer};
use super::rules::MxRules;
use crate::simulator::counts::{Counts, Rule};

impl Connection {
    /// Answers of the API's: a client status_reads before it sends them.
    pub(crate) fn resume(
        &mut self,
        answers: &[Answer],
        now: u64,
        rules: &MxRules,
        counts: &mut Counts,
    ) -> Result<(), Rule> {
        let unread = matches!(self.phase, Phase::Asking { .. }) && !self.was_status_read(now);
        self.answer(answers, now, rules, counts)?;
        if unread {
            counts.rule_broken(Rule::AnswerWithoutRecentStatus);
        }
        Ok(())
    }

    /// Puts answers before the bank, or says which rule they break.
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
        let then = match judge(&round, answers) {
            Judgement::Stale => return Err(Rule::StaleChallenge),
            Judgement::Incomplete => return Err(Rule::AnswersIncomplete),
            // The answer is gone, and so is the error that told why (W).
            _ if expired => {
                counts.rule_broken(Rule::AnswerExpired);
                self.job = Some(Job::Aggregate);
                self.ask(again(&round), now, rules);
                return Ok(());
            }
            Judgement::Right => AfterRun::NextStep,
            Judgement::AsksAlso(round) => AfterRun::Asks(round.iter().collect()),
            Judgement::Ends(end) => AfterRun::Ends(end),
            Judgement::Wrong => match self.wrong(rules) {
                OnWrongAnswer::AsksAgain => AfterRun::AsksAgain(again(&round)),
                OnWrongAnswer::Ends(status) => {
                    AfterRun::Ends(EndState::with_code(status, code(&round)))
                }
            },
        };
        counts.answers_judged += 1;
        self.run("RESUMED", now, then);
        Ok(())
    }

    fn wrong(&self, rules: &MxRules) -> OnWrongAnswer {
        let at_mx_bank = self.institution.is_some_and(|all| all.code == MX_BANK);
        match rules.mx_bank_denies && at_mx_bank {
            true => OnWrongAnswer::Ends("DENIED"),
            false => self.member.on_wrong_answer,
        }
    }
}

fn again(round: &[RoundChallenge]) -> Vec<&'static Challenge> {
    round.iter().map(|challenge| challenge.challenge).collect()
}

/// 2001 is a wrong one-time code, 2002 any other wrong answer (W).
fn code(round: &[RoundChallenge]) -> u16 {
    let has_token = round
        .iter()
        .any(|challenge| challenge.challenge.kind == TOKEN);
    if has_token { 2001 } else { 2002 }
}
