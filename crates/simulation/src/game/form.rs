//! What every form of game has: a description, a file, and figures for an answer.

use risks::Estimate;

/// The file with the game.
pub const GAME_FILE: &str = "game.toml";

/// A form of game: what it is and an example of its file, for the reference.
pub(super) struct FormDescription {
    pub name: &'static str,
    pub summary: &'static str,
    pub example: &'static str,
}

/// One figure of a game's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GameFigure {
    pub name: String,
    /// Its error is that of simulation, one standard error; 0 where nothing was simulated.
    pub value: Estimate,
}

impl GameFigure {
    pub(super) fn exact(name: impl Into<String>, value: f64) -> GameFigure {
        GameFigure { name: name.into(), value: Estimate::exact(value) }
    }
}
