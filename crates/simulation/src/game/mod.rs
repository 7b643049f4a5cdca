//! Games of contract theory, each a small file `game.toml`. It holds what players can do, what that costs and what it earns them, and
//! nothing of the answer. Each form of game is read here and solved numerically, by trying what players could do. No textbook
//! formula is used. `textbook` compares the answers with the textbooks.
//!
//! There is one form of game a file: what it is, an example, and its solution. They share the solvers `optimum` (one player's best
//! response), `equilibrium` (several players' best responses to each other), `best_responses` (the same where strategies are of any kind and
//! payoffs are simulated) and `quadrature` (means over chance).

mod agency;
mod auction;
pub mod best_responses;
mod bond;
mod circle;
mod contest;
mod cover;
pub mod equilibrium;
mod form;
mod incumbent;
mod ishigami;
mod joining;
mod matrix;
mod menu;
pub mod optimum;
mod ownership;
pub mod quadrature;
mod quantity;
mod quota;
mod ratchet;
mod ratings;
mod reading;
mod reimbursement;
mod selection;
mod sequence;
mod share;
mod team;
mod tournament;

use base::reader::{Reader, Section};
use form::FormDescription;

pub use form::{GAME_FILE, GameFigure};

/// A form of game in the catalogue.
pub struct GameForm {
    pub name: &'static str,
    pub summary: &'static str,
    pub example: &'static str,
    read: fn(&Section<'_, '_>) -> Game,
}

/// Every form, in reading order.
pub const CATALOGUE: [GameForm; 22] = [
    listed(&agency::FORM, |top| Game::Agency(agency::read(top))),
    listed(&quota::FORM, |top| Game::Quota(quota::read(top))),
    listed(&ratchet::FORM, |top| Game::Ratchet(ratchet::read(top))),
    listed(&ownership::FORM, |top| Game::Ownership(ownership::read(top))),
    listed(&menu::FORM, |top| Game::Menu(menu::read(top))),
    listed(&reimbursement::FORM, |top| Game::Reimbursement(reimbursement::read(top))),
    listed(&team::FORM, |top| Game::Team(team::read(top))),
    listed(&tournament::FORM, |top| Game::Tournament(tournament::read(top))),
    listed(&contest::FORM, |top| Game::Contest(contest::read(top))),
    listed(&share::FORM, |top| Game::Share(share::read(top))),
    listed(&quantity::FORM, |top| Game::Quantity(quantity::read(top))),
    listed(&circle::FORM, |top| Game::Circle(circle::read(top))),
    listed(&matrix::FORM, |top| Game::Matrix(matrix::read(top))),
    listed(&joining::FORM, |top| Game::Joining(joining::read(top))),
    listed(&auction::FORM, |top| Game::Auction(auction::read(top))),
    listed(&bond::FORM, |top| Game::Bond(bond::read(top))),
    listed(&incumbent::FORM, |top| Game::Incumbent(incumbent::read(top))),
    listed(&selection::FORM, |top| Game::Selection(selection::read(top))),
    listed(&ratings::FORM, |top| Game::Ratings(ratings::read(top))),
    listed(&cover::FORM, |top| Game::Cover(cover::read(top))),
    listed(&sequence::FORM, |top| Game::Sequence(sequence::read(top))),
    listed(&ishigami::FORM, |top| Game::Ishigami(ishigami::read(top))),
];

/// The entry of a form: its name, its description, and how it is read.
const fn listed(form: &FormDescription, read: fn(&Section<'_, '_>) -> Game) -> GameForm {
    let &FormDescription { name, summary, example } = form;
    GameForm { name, summary, example, read }
}

/// A game that has been read, ready to be solved.
#[derive(Clone, Debug)]
pub enum Game {
    Agency(agency::AgencyGame),
    Quota(quota::Quota),
    Ratchet(ratchet::Ratchet),
    Ownership(ownership::OwnershipGame),
    Menu(menu::CostMenu),
    Reimbursement(reimbursement::ReimbursementGame),
    Team(team::Team),
    Tournament(tournament::Tournament),
    Contest(contest::Contest),
    Share(share::PerformanceShare),
    Quantity(quantity::QuantityGame),
    Circle(circle::QualityCircle),
    Matrix(matrix::Matrix),
    Joining(joining::JoiningGame),
    Auction(auction::Auction),
    Bond(bond::BondGame),
    Incumbent(incumbent::IncumbentGame),
    Selection(selection::Selection),
    Ratings(ratings::RatingsGame),
    Cover(cover::CoverGame),
    Sequence(sequence::SequenceGame),
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
        Game::Ownership(game) => game.solve(),
        Game::Menu(game) => game.solve(),
        Game::Reimbursement(game) => game.solve(),
        Game::Team(game) => game.solve(),
        Game::Tournament(game) => game.solve(),
        Game::Contest(game) => game.solve(),
        Game::Share(game) => game.solve(),
        Game::Quantity(game) => game.solve(),
        Game::Circle(game) => game.solve(),
        Game::Matrix(game) => game.solve(),
        Game::Joining(game) => game.solve(),
        Game::Auction(game) => game.solve(seed),
        Game::Bond(game) => game.solve(),
        Game::Incumbent(game) => game.solve(),
        Game::Selection(game) => game.solve(seed),
        Game::Ratings(game) => game.solve(),
        Game::Cover(game) => game.solve(),
        Game::Sequence(game) => game.solve(),
        Game::Ishigami(game) => game.solve(seed),
    }
}
