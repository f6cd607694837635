//! Answers to a member: what resume does.

use super::challenge::{Challenge, Posed, TOKEN};
use super::connection::{Connection, Phase, Then};
use super::institution::MX_BANK;
use super::job::Job;
use super::judge::{Answer, Judgement, judge};
use super::people::{End, Wrong};
use super::rules::MxRules;
use crate::simulator::counts::{Counts, Rule};

impl Connection {
    /// Answers of the API's: a client looks before it sends them.
    pub(crate) fn resume(
        &mut self,
        answers: &[Answer],
        now: u64,
        rules: &MxRules,
        counts: &mut Counts,
    ) -> Result<(), Rule> {
        let unlooked = matches!(self.phase, Phase::Asking { .. }) && !self.looked_before(now);
        self.answer(answers, now, rules, counts)?;
        if unlooked {
            counts.broke(Rule::AnswerUnlooked);
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
            _ => return Err(Rule::AnswerUnasked),
        };
        let then = match judge(&round, answers) {
            Judgement::Stale => return Err(Rule::StaleChallenge),
            Judgement::Incomplete => return Err(Rule::AnswersIncomplete),
            // The answer is gone, and so is the error that told why (W).
            _ if expired => {
                counts.broke(Rule::AnswerExpired);
                self.job = Some(Job::Aggregate);
                self.ask(again(&round), now, rules);
                return Ok(());
            }
            Judgement::Right => Then::GoesOn,
            Judgement::AsksAlso(round) => Then::Asks(round.iter().collect()),
            Judgement::Ends(end) => Then::Ends(end),
            Judgement::Wrong => match self.wrong(rules) {
                Wrong::AsksAgain => Then::AsksAgain(again(&round)),
                Wrong::Ends(status) => Then::Ends(End::with_code(status, code(&round))),
            },
        };
        counts.answers_judged += 1;
        self.run("RESUMED", now, then);
        Ok(())
    }

    fn wrong(&self, rules: &MxRules) -> Wrong {
        let at_mx_bank = self.institution.is_some_and(|all| all.code == MX_BANK);
        match rules.mx_bank_denies && at_mx_bank {
            true => Wrong::Ends("DENIED"),
            false => self.member.wrong,
        }
    }
}

fn again(round: &[Posed]) -> Vec<&'static Challenge> {
    round.iter().map(|posed| posed.challenge).collect()
}

/// 2001 is a wrong one-time code, 2002 any other wrong answer (W).
fn code(round: &[Posed]) -> u16 {
    let has_token = round.iter().any(|posed| posed.challenge.kind == TOKEN);
    if has_token { 2001 } else { 2002 }
}
