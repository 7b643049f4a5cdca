//! Who gets the next referral? So far: who holds the work. Licences, choice and shares are built on [`lots`].

pub mod lots;
