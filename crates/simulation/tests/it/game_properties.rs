//! What must hold in a game whatever its numbers, beyond the textbook's own.

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw};
use simulation::game::{self, GAME_FILE};

/// One figure of a game's answer.
fn figure(text: &str, name: &str) -> f64 {
    let opened = base::open(&Folder::from([(GAME_FILE.to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]));
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let game = game::read(&reader).unwrap_or_else(|| panic!("{text}\n{:?}", reader.problems.borrow()));
    let figures = game::solve(&game, 1);
    figures.iter().find(|figure| figure.name == name).unwrap_or_else(|| panic!("{name}: {figures:?}")).value.mean
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-7 * expected.abs().max(1.0), "{found} where {expected} was expected");
}

#[test]
fn more_providers_for_the_same_work_try_less_hard_each() {
    for follows in [0.5, 1.0, 1.5] {
        let efforts: Vec<f64> = [2, 3, 5, 9]
            .map(|providers| {
                let text = format!(
                    "game = \"share\"\nproviders = {providers}\n[work]\nmargin = 100\nfollows = {follows}\n[effort]\ncost = 2"
                );
                assert!(figure(&text, "regret") < 1e-9, "{text}");
                figure(&text, "effort")
            })
            .to_vec();
        assert!(efforts.windows(2).all(|pair| pair[1] < pair[0]), "{efforts:?}");
    }
    let text = "game = \"share\"\nproviders = 4\n[work]\nmargin = 100\nfollows = 0\n[effort]\ncost = 1";
    assert!(figure(text, "effort") < 1e-6, "work that follows nothing is worth no effort");
}

#[test]
fn more_providers_at_a_fixed_price_are_better_and_earn_less() {
    let at = |providers: usize, name: &str| {
        let text = format!(
            "game = \"circle\"\nproviders = {providers}\n[price]\nfixed = 8\n[users]\ntravel = 2\n[provider]\nquality_cost = 2\nfixed_cost = 0.1"
        );
        assert!(figure(&text, "regret") < 1e-9, "{text}");
        figure(&text, name)
    };
    let counts = [2, 3, 5, 8];
    assert!(counts.windows(2).all(|pair| at(pair[0], "quality") < at(pair[1], "quality")));
    assert!(counts.windows(2).all(|pair| at(pair[0], "profit") > at(pair[1], "profit")));
    // Where not even one can live on it, nobody comes.
    let poor =
        "game = \"circle\"\nproviders = 2\n[price]\nfixed = 1\n[users]\ntravel = 2\n[provider]\nquality_cost = 1\nfixed_cost = 3";
    near(figure(poor, "entrants"), 0.0);
}

/// What the owner gets and what bidders earn is the whole of the worth, though each is found by a road of its own.
#[test]
fn nothing_of_a_concession_is_lost_between_owner_and_bidders() {
    // The best of k even numbers is k/(k + 1) of the way up, on average.
    for best_of in [1, 2, 5] {
        let text = format!("game = \"incumbent\"\nshown = 5\n[value]\nlow = 2\nhigh = 10\nbest_of = {best_of}");
        let all: f64 = ["owner gets", "incumbent's profit", "rival's profit"].map(|name| figure(&text, name)).iter().sum();
        near(all, 2.0 + 8.0 * f64::from(best_of) / f64::from(best_of + 1));
        near(figure(&text, "regret"), 0.0);
    }
    // The best of two even numbers: ∫ v² (v − 2v/3) 2v dv.
    near(figure("game = \"incumbent\"\nshown = 1\n[value]\nlow = 0\nhigh = 1\nbest_of = 2", "incumbent's profit"), 2.0 / 15.0);
}

#[test]
fn contracting_out_wins_where_cutting_costs_does_little_harm() {
    let surplus = |harm: f64, by: &str| {
        let text = format!("game = \"ownership\"\n[saving]\nworth = 4\nharm = {harm}\n[innovation]\nworth = 4\n[manager]");
        figure(&text, &format!("surplus {by}"))
    };
    assert!(surplus(0.0, "by a contractor") > surplus(0.0, "by an employee"));
    assert!(surplus(3.0, "by a contractor") < surplus(3.0, "by an employee"));
    for harm in [0.0, 1.0, 2.0, 4.0] {
        let most = surplus(harm, "by a contractor").max(surplus(harm, "by an employee"));
        assert!(most < surplus(harm, "at best"), "harm of {harm}");
    }
}

#[test]
fn one_of_any_number_of_providers_ranks_first() {
    let text = "game = \"ratings\"\nusers = 7\n[answers]\nsatisfied = 0.4\ndissatisfied = 0.7\n\
                [provider.a]\nsatisfies = 0.7\n[provider.b]\nsatisfies = 0.6\n[provider.c]\nsatisfies = 0.6";
    let [a, b, c] = ["a", "b", "c"].map(|name| figure(text, &format!("chance that {name} ranks first")));
    near(a + b + c, 1.0);
    near(b, c);
    assert!(a > b);
    // Nobody answers: a lot decides.
    let silent = "game = \"ratings\"\nusers = 7\n[answers]\nsatisfied = 0\ndissatisfied = 0\n\
                  [provider.a]\nsatisfies = 0.7\n[provider.b]\nsatisfies = 0.6";
    near(figure(silent, "chance that a ranks first"), 0.5);
}

#[test]
fn a_large_provider_is_harder_to_cover_than_small_ones() {
    let text = "game = \"cover\"\nutilisation = 0.6\nfailing = 1\n[providers.large]\ncount = 1\ncapacity = 4\n\
                [providers.small]\ncount = 4\ncapacity = 1";
    near(figure(text, "highest safe utilisation"), 0.5);
    // 4.8 people for 4 places.
    near(figure(text, "share left without a place"), 0.8 / 4.8);
}

#[test]
fn a_chain_of_help_adds_up_by_hand() {
    // A and then b: 0.5 × 0.9 + 0.5 × 0.5 = 0.7; then c: 0.7 × 0.8 + 0.3 × 0.1.
    let text = "game = \"sequence\"\ngoal = \"c\"\n[step.a]\nsucceeds = 0.5\n[step.b]\nsucceeds = 0.5\nafter = { a = 0.9 }\n\
                [step.c]\nsucceeds = 0.1\nafter = { b = 0.8 }";
    near(figure(text, "best chance"), 0.59);
    near(figure(text, "best chance with b first"), 0.45);
    near(figure(text, "worst chance"), 0.1);
}

#[test]
fn members_with_equal_shares_are_a_team_of_players() {
    let effort = "[effort]\nworth = 3\ncost = 2\n";
    let named = format!("game = \"team\"\n{effort}[member.a]\nshare = 0.5\n[member.b]\nshare = 0.5");
    let players = format!("game = \"team\"\nplayers = 2\n{effort}");
    near(figure(&named, "effort of b"), figure(&players, "effort"));
    near(figure(&named, "share of the first best"), figure(&players, "share of the first best"));
}

#[test]
fn a_larger_bond_raises_the_price_and_keeps_the_winner() {
    let at =
        |bond: f64, name: &str| figure(&format!("game = \"bond\"\n[cost]\nlow = 10\nhigh = 30\n[bond]\namount = {bond}"), name);
    // (x − 10)²/40 = 2.5 at x = 20.
    near(at(2.5, "price"), 17.5);
    near(at(2.5, "chance of walking away"), 0.5);
    near(at(0.0, "chance of walking away"), 1.0);
    near(at(50.0, "price"), 20.0);
    near(at(50.0, "chance of walking away"), 0.0);
    let bonds = [0.0, 1.0, 3.0, 7.0, 9.0];
    assert!(bonds.windows(2).all(|pair| at(pair[0], "price") < at(pair[1], "price")));
}

/// The cheap kind would take the contract of the other but for its rent, and no single price is cheaper than the menu.
#[test]
fn a_menu_never_costs_more_than_one_price() {
    for (share, other, dear) in [(0.2, 0.8, 1.2), (0.5, 0.5, 1.5), (0.8, 0.2, 1.7), (0.5, 0.5, 3.0)] {
        let text = format!(
            "game = \"menu\"\n[payer]\ncost_of_money = 0.5\n[effort]\ncost = 1\n[provider.cheap]\nshare = {share}\ncost = 1\n\
             [provider.dear]\nshare = {other}\ncost = {dear}"
        );
        assert!(figure(&text, "payer pays") <= figure(&text, "payer pays at one price") + 1e-9, "{text}");
        near(figure(&text, "effort of cheap"), 1.0);
        near(figure(&text, "rent of dear"), 0.0);
    }
}

#[test]
fn mistakes_in_a_game_are_told() {
    let wrong = [
        ("game = \"ownership\"\n[saving]\nworth = 1\nharm = 2\n[innovation]\nworth = 1\n[manager]", "more harm than it saves"),
        ("game = \"bond\"\n[cost]\nlow = 2\nhigh = 1\n[bond]\namount = 1", "must lie above"),
        ("game = \"incumbent\"\nshown = 2\n[value]\nlow = 0\nhigh = 1", "never worth this"),
        ("game = \"sequence\"\ngoal = \"x\"\n[step.a]\nsucceeds = 1\n[step.b]\nsucceeds = 1", "names a step that is not there"),
        (
            "game = \"sequence\"\ngoal = \"a\"\n[step.a]\nsucceeds = 1\nafter = { c = 1 }\n[step.b]\nsucceeds = 1",
            "a step that is not",
        ),
        (
            "game = \"sequence\"\ngoal = \"a\"\n[step.a]\nsucceeds = 1\nafter = { b = 2 }\n[step.b]\nsucceeds = 1",
            "out of its range",
        ),
        (
            "game = \"menu\"\n[payer]\ncost_of_money = 0\n[effort]\ncost = 1\n[provider.a]\nshare = 0.5\ncost = 1\n[provider.b]\nshare = 0.6\ncost = 1",
            "do not make a whole",
        ),
    ];
    for (text, told) in wrong {
        let opened = base::open(&Folder::from([(GAME_FILE.to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]));
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        assert!(game::read(&reader).is_none(), "{text}");
        let problems = format!("{:?}", reader.problems.borrow());
        assert!(problems.contains(told), "{text}: {problems}");
    }
}
