//! Games of contract theory, each a small file `game.toml`. It holds what players can do, what that costs and what it earns them, and
//! nothing of the answer. Each form of game is read here and solved numerically, by trying what players could do. No textbook
//! formula is used. `textbook` compares the answers with the textbooks.
//!
//! There is one form of game a file: what it is, an example, and its solution. They share the solvers `optimum` (one player's best
//! response), `equilibrium` (several players' best responses to each other) and `quadrature` (means over chance).

mod agency;
mod auction;
mod contest;
pub mod equilibrium;
mod ishigami;
mod joining;
mod matrix;
pub mod optimum;
pub mod quadrature;
mod quantity;
mod quota;
mod ratchet;
mod selection;
mod team;
mod tournament;

use base::literal::{Count, Plain};
use base::problem::Problem;
use base::reader::{Reader, Section};
use risks::Estimate;

/// The file with the game.
pub const GAME_FILE: &str = "game.toml";

/// One figure of a game's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GameFigure {
    pub name: String,
    /// Its error is that of simulation, one standard error; 0 where nothing was simulated.
    pub value: Estimate,
}

impl GameFigure {
    fn exact(name: impl Into<String>, value: f64) -> GameFigure {
        GameFigure { name: name.into(), value: Estimate::exact(value) }
    }
}

/// A form of game: what it is and an example of its file, for the reference.
pub struct GameForm {
    pub name: &'static str,
    pub summary: &'static str,
    pub example: &'static str,
    read: fn(&Section<'_, '_>) -> Game,
}

/// Every form, in reading order.
pub const CATALOGUE: [GameForm; 12] = [
    agency::FORM,
    quota::FORM,
    ratchet::FORM,
    team::FORM,
    tournament::FORM,
    contest::FORM,
    quantity::FORM,
    matrix::FORM,
    joining::FORM,
    auction::FORM,
    selection::FORM,
    ishigami::FORM,
];

/// A game that has been read, ready to be solved.
#[derive(Clone, Debug)]
pub enum Game {
    Agency(agency::AgencyGame),
    Quota(quota::Quota),
    Ratchet(ratchet::Ratchet),
    Team(team::Team),
    Tournament(tournament::Tournament),
    Contest(contest::Contest),
    Quantity(quantity::QuantityGame),
    Matrix(matrix::Matrix),
    Joining(joining::JoiningGame),
    Auction(auction::Auction),
    Selection(selection::Selection),
    Ishigami(ishigami::Ishigami),
}

/// Reads `game.toml`; `None` when there is any error. Problems go to the reader.
#[must_use]
pub fn read(reader: &Reader<'_>) -> Option<Game> {
    let top = reader.document(GAME_FILE, "game = \"agency\"")?;
    let forms: Vec<(&str, usize)> = CATALOGUE.iter().enumerate().map(|(at, form)| (form.name, at)).collect();
    if !top.has("game") {
        top.push(
            top.problem("game", "the file does not say which form of game it is")
                .expected(forms.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(" or "))
                .fix("add a first line such as game = \"agency\"; docs/game-file.md has an example of each"),
        );
    }
    let form = top.choice("game", &forms)?;
    let game = (CATALOGUE[form].read)(&top);
    top.finish();
    (reader.errors() == 0).then_some(game)
}

/// Solves a game. The seed is that of every draw, where anything is simulated.
#[must_use]
pub fn solve(game: &Game, seed: u64) -> Vec<GameFigure> {
    match game {
        Game::Agency(game) => game.solve(),
        Game::Quota(game) => game.solve(),
        Game::Ratchet(game) => game.solve(),
        Game::Team(game) => game.solve(),
        Game::Tournament(game) => game.solve(),
        Game::Contest(game) => game.solve(),
        Game::Quantity(game) => game.solve(),
        Game::Matrix(game) => game.solve(),
        Game::Joining(game) => game.solve(),
        Game::Auction(game) => game.solve(seed),
        Game::Selection(game) => game.solve(seed),
        Game::Ishigami(game) => game.solve(seed),
    }
}

/// A bare number that may be left out.
fn number_or(section: &Section<'_, '_>, key: &str, default: f64) -> f64 {
    section.number::<Plain>(key).map_or(default, |number| number.0)
}

/// A bare number that must be there and within a range, which the message gives.
fn number_within(section: &Section<'_, '_>, key: &str, low: f64, high: f64) -> f64 {
    let fix = "correct the number";
    section.required_within::<Plain>(key, (Plain(low), Plain(high)), &format!("`{key}` out of its range"), fix).0
}

/// The same where it may be left out.
fn number_within_or(section: &Section<'_, '_>, key: &str, low: f64, high: f64, default: f64) -> f64 {
    if section.has(key) { number_within(section, key, low, high) } else { default }
}

/// A cost or a price: above nothing, so that the best stays within reach.
fn above_nothing(section: &Section<'_, '_>, key: &str) -> f64 {
    number_within(section, key, SMALL, LARGE)
}

/// A whole number that must be there.
fn count_within(section: &Section<'_, '_>, key: &str, low: i64, high: i64) -> usize {
    let fix = "correct the number";
    section.required_within::<Count>(key, (Count(low), Count(high)), &format!("`{key}` out of its range"), fix).0 as usize
}

/// The smallest and the largest number of the games, so that no sum runs out of a number's range.
const SMALL: f64 = 1e-6;
const LARGE: f64 = 1e6;

/// A table that must be there, read; a default where it is missing.
fn part<T: Default>(top: &Section<'_, '_>, key: &str, read: impl FnOnce(&Section<'_, '_>) -> T) -> T {
    let Some(section) = top.required_section(key, "one of the tables of this form of game") else { return T::default() };
    let part = read(&section);
    section.finish();
    part
}

/// A table that may be left out.
fn part_if_there<T>(top: &Section<'_, '_>, key: &str, read: impl FnOnce(&Section<'_, '_>) -> T) -> Option<T> {
    let section = top.section(key)?;
    let part = read(&section);
    section.finish();
    Some(part)
}

/// The share that the file gives, or the word that leaves it to be found: "best".
fn number_or_best(section: &Section<'_, '_>, key: &str) -> Option<f64> {
    if section.is_text(key) && section.text(key).is_some_and(|text| text.trim() == "best") {
        return None;
    }
    Some(section.required::<Plain>(key).0)
}

/// Several tables of one kind, at least `least`, each with its name.
fn parts<T>(
    top: &Section<'_, '_>,
    key: &str,
    (least, most): (usize, usize),
    read: impl Fn(&Section<'_, '_>) -> T,
) -> Vec<(String, T)> {
    let Some(outer) = top.required_section(key, &format!("a table [{key}.NAME] for each of them")) else { return Vec::new() };
    let mut out = Vec::new();
    for section in outer.sections() {
        let part = read(&section);
        section.finish();
        out.push((section.name.clone(), part));
    }
    if !(least..=most).contains(&out.len()) {
        top.push(
            Problem::at(GAME_FILE, outer.span, format!("[{key}] has {} tables", out.len()))
                .expected(format!("from {least} to {most} tables [{key}.NAME]"))
                .fix("add or remove some"),
        );
    }
    out
}
