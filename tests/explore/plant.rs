//! Planted faults: each breaks one promise in the driver, and the search must find it.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// After a lost reply the driver sends the same submission again.
    SendsAgain,
    /// The driver says that it did not send a request whose reply was lost.
    DeniesSending,
    /// Instead of the answers to a later round the driver sends those of the first round.
    MixesRounds,
    /// The driver never lets time pass.
    StopsTheClock,
    /// The driver reads a 203 as a success, and passes it as a 200 without challenges.
    Mistakes203,
}
