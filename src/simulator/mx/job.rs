//! The jobs of a member.

/// A job that an endpoint of a member starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    Aggregate,
    Verify,
    Identify,
    CheckBalance,
    ExtendHistory,
    FetchStatements,
    FetchRewards,
}

/// The last part of the path, the job, and the status of the reply if it succeeds (S).
pub(crate) const JOBS: [(&str, Job, u16); 7] = [
    ("aggregate", Job::Aggregate, 202),
    ("verify", Job::Verify, 200),
    ("identify", Job::Identify, 202),
    ("check_balance", Job::CheckBalance, 202),
    ("extend_history", Job::ExtendHistory, 202),
    ("fetch_statements", Job::FetchStatements, 202),
    ("fetch_rewards", Job::FetchRewards, 202),
];
