//! Gates at a tie and beside it, compared with an oracle that multiplies crosswise in whole numbers of any size.
//!
//! 1,200 ties are constructed, each in groups of one to four segments whose expected counts are thirds, sevenths and the like
//! and add up to a whole number; beside each a near tie, in which the comparison group is moved by less than a billionth of a
//! person.

use base::money::{Pence, WHOLE};
use contract::Scheme;
use contract::price::{NoLines, Paid, price, statement};
use contract::tally::Tally;
use num_bigint::BigInt;

use crate::{Draws, head, opened, sound};

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A result compared with a group, and a change that may be asked of it.
#[derive(Clone, Debug)]
struct Case {
    more: bool,
    /// People served, people compared, and how many of these had the outcome: by segment.
    cells: Vec<(i64, i64, i64)>,
    counted: i64,
    relative: bool,
    /// In billionths.
    asked: i64,
}

impl Case {
    fn people(&self) -> i64 {
        self.cells.iter().map(|cell| cell.0).sum()
    }

    /// Improvement and edge, both times the product of all comparison groups, times a billion.
    fn crosswise(&self) -> (BigInt, BigInt) {
        let product: BigInt = self.cells.iter().map(|cell| BigInt::from(cell.1)).product();
        let expected: BigInt = self.cells.iter().map(|cell| &product / cell.1 * cell.0 * cell.2).sum();
        let better = (&product * self.counted - &expected) * if self.more { 1 } else { -1 };
        let of = if self.relative { expected } else { product * self.people() };
        (better * WHOLE, of * self.asked)
    }

    /// 1 when better by the change, -1 when worse by it, 0 otherwise.
    fn verdict(&self, strictly: bool) -> i32 {
        let (better, edge) = self.crosswise();
        let (up, down) = (better.cmp(&edge), better.cmp(&-edge));
        match (up, down) {
            (std::cmp::Ordering::Greater, _) => 1,
            (std::cmp::Ordering::Equal, _) if !strictly => 1,
            (_, std::cmp::Ordering::Less) => -1,
            (_, std::cmp::Ordering::Equal) if !strictly => -1,
            _ => 0,
        }
    }

    fn change(&self) -> String {
        let per_cent = format!("{}.{:07}", self.asked / 10_000_000, self.asked % 10_000_000);
        let per_cent = per_cent.trim_end_matches('0').trim_end_matches('.');
        if self.relative { format!("{per_cent} %") } else { format!("{per_cent} percentage points") }
    }

    /// Clauses in the order of [`Case::wanted`].
    fn scheme(&self) -> Scheme {
        let better = if self.more { "more" } else { "fewer" };
        let mut text = head(1, &NAMES[..self.cells.len()], "down to the penny");
        let outcome = |name: &str, better: &str, baseline: &str| {
            format!(
                "[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"12 months\"\n{baseline}\n"
            )
        };
        text += &outcome("r", better, "baseline = { comparison_people_each = 1 }");
        text += &outcome("one", "more", "baseline = \"0 %\"");
        for (word, name) in [("improves_by_at_least", "least"), ("improves_by_more_than", "more")] {
            let gate = format!("{word} = \"{}\"", self.change());
            text += &format!(
                "[pay.{name}_each]\nclause = \"outcome payment\"\noutcome = \"one\"\nprice = \"£1\"\ngate = {{ outcome = \"r\", {gate} }}\n\
                 [pay.{name}_tariff]\nclause = \"tariff\"\noutcome = \"r\"\nper = \"person\"\nreward = \"£1,000.07\"\n\
                 deduction = \"£300.01\"\ngate = {{ {gate} }}\nmeasured_over = \"all cohorts\"\n\
                 [pay.{name}_risk]\nclause = \"share at risk\"\nof = [\"{name}_each\"]\nshare = \"50 %\"\ngate = {{ outcome = \"r\", {gate} }}\n"
            );
        }
        let change = self.change();
        text += &format!(
            "[pay.bonus]\nclause = \"bonus\"\noutcome = \"r\"\nabove = \"{change}\"\nper = \"lump sum\"\nprice = \"£7\"\n\
             [pay.reach]\nclause = \"bonus\"\noutcome = \"r\"\nat_least = \"{change}\"\nper = \"lump sum\"\nprice = \"£7\"\n\
             [pay.hurdled]\nclause = \"tariff\"\noutcome = \"one\"\nper = \"person\"\nreward = \"£1\"\n\
             hurdle = {{ outcome = \"r\", improves_by_at_least = \"{change}\" }}\n\
             [pay.beyond]\nclause = \"outcome payment\"\noutcome = \"r\"\nprice = \"£999.97\"\ncounts_from = \"baseline\"\n"
        );
        sound(&opened(&[("scheme.toml", &text)]))
    }

    fn tally(&self, scheme: &Scheme) -> Tally {
        let mut tally = Tally::empty(scheme, 0, vec![0]);
        let mut left = self.counted;
        for (at, (people, compared, had)) in self.cells.iter().enumerate() {
            let here = left.min(*people);
            left -= here;
            (tally.people[at], tally.counts[0][at], tally.counts[1][at]) = (*people, here, *people);
            (tally.comparison[0].people[at], tally.comparison[0].counts[at]) = (*compared, *had);
        }
        assert_eq!(left, 0, "{self:?}");
        tally
    }

    /// A fraction of whole numbers times so many pence, cut towards zero.
    fn pence(top: &BigInt, bottom: &BigInt, price: i64) -> i64 {
        i64::try_from(top * price / bottom).expect("a small sum")
    }

    /// What each clause should pay, in pence.
    fn wanted(&self, tally: &Tally) -> Vec<i64> {
        let product: BigInt = self.cells.iter().map(|cell| BigInt::from(cell.1)).product();
        let (better, _) = self.crosswise();
        let bottom = product * WHOLE;
        let each = 100 * self.people();
        let mut out = Vec::new();
        for strictly in [false, true] {
            let verdict = self.verdict(strictly);
            let passed = verdict == 1;
            let paid = if passed { each } else { 0 };
            let sign = better.cmp(&BigInt::ZERO);
            let tariff = match verdict {
                1 if sign != std::cmp::Ordering::Less => Case::pence(&better, &bottom, 100_007),
                -1 if sign == std::cmp::Ordering::Less => Case::pence(&better, &bottom, 30_001),
                _ => 0,
            };
            // Half of zero is at risk where the gate is missed, because the payment depends on the same gate.
            out.extend([paid, tariff, 0]);
        }
        out.push(if self.verdict(true) == 1 { 700 } else { 0 });
        out.push(if self.verdict(false) == 1 { 700 } else { 0 });
        out.push(if self.verdict(false) == 1 { each } else { 0 });
        let cell = |(at, cell): (usize, &(i64, i64, i64))| {
            let short = BigInt::from(tally.counts[0][at]) * cell.1 - BigInt::from(cell.0) * cell.2;
            Case::pence(&(short * if self.more { 1 } else { -1 }), &BigInt::from(cell.1), 99_997)
        };
        out.push(self.cells.iter().enumerate().map(cell).sum());
        out
    }

    fn holds(&self) {
        let scheme = self.scheme();
        let tally = self.tally(&scheme);
        let (_, paid) = statement(&scheme, &tally);
        let mut fast: Paid<f64> = Paid::default();
        price(&scheme, &tally, &mut fast, &mut NoLines);
        for (clause, wanted) in self.wanted(&tally).into_iter().enumerate() {
            let name = &scheme.clauses[clause].name;
            assert_eq!(paid.clause(clause), Pence(wanted), "{name} of {self:?}");
            let allowed = self.cells.len() as f64 + 0.1;
            assert!((fast.clause(clause) - wanted as f64).abs() <= allowed, "{name} fast: {} of {self:?}", fast.clause(clause));
        }
    }

    /// The same with the comparison group moved by less than a billionth of a person, up or down.
    fn beside(&self, up: bool) -> Option<Case> {
        let mut cells = self.cells.clone();
        let (first, second) = (cells.iter().position(|cell| cell.0 > 0)?, cells.len() - 1);
        if first == second {
            return None;
        }
        // One cell has one more of very many, another one fewer of nearly as many.
        let served = cells[first].0;
        if cells[second].0 != served || cells[second].2 == 0 {
            return None;
        }
        let (fewer, many) = (9_000_000 / cells[first].1, 9_900_000 / cells[second].1);
        let (one, other) = if up { (1, -1) } else { (-1, 1) };
        cells[first] = (served, cells[first].1 * fewer, cells[first].2 * fewer + one);
        cells[second] = (served, cells[second].1 * many, cells[second].2 * many + other);
        let fits = |cell: &(i64, i64, i64)| (0..=cell.1).contains(&cell.2);
        (fits(&cells[first]) && fits(&cells[second])).then_some(Case { cells, ..self.clone() })
    }
}

/// A tie: what is asked for is exactly what was reached, or as much the other way.
fn tie(draws: &mut Draws) -> Option<Case> {
    let prime = draws.of(&[3i64, 7, 9, 11, 13]);
    let segments = 1 + draws.below(4) as usize;
    let served = draws.of(&[50i64, 100, 125, 200, 250]);
    let people = served * segments as i64;
    // Only twos and fives, so that a change is a decimal.
    let rest = [2, 5].iter().fold(people, |rest, factor| {
        let mut rest = rest;
        while rest % factor == 0 {
            rest /= factor;
        }
        rest
    });
    let more = draws.below(2) == 0;
    let mut cells: Vec<(i64, i64, i64)> = Vec::new();
    for _ in 0..segments {
        let compared = prime * (1 + draws.below(4));
        cells.push((served, compared, 1 + draws.below(compared - 1)));
    }
    // The last of the group is chosen so that a whole number is expected.
    let last = segments - 1;
    let whole = (1..cells[last].1).find(|had| {
        let bottom: i64 = cells.iter().map(|cell| cell.1).product();
        let top: i64 = cells[..last].iter().map(|cell| bottom / cell.1 * cell.0 * cell.2).sum::<i64>()
            + bottom / cells[last].1 * served * had;
        top % bottom == 0
    })?;
    cells[last].2 = whole;
    let bottom: i64 = cells.iter().map(|cell| cell.1).product();
    let expected = cells.iter().map(|cell| bottom / cell.1 * cell.0 * cell.2).sum::<i64>() / bottom;
    let (relative, better) = (draws.below(2) == 0, draws.below(4) != 0);
    let of = if relative { expected } else { people };
    let by = if relative { [20i64, 10, 8, 5, 4][draws.below(5) as usize] } else { 1 };
    let by = match relative {
        true if expected % by == 0 => expected / by,
        true => return None,
        false => rest * draws.below(people / rest / 8),
    };
    let direction = if better == more { 1 } else { -1 };
    let counted = expected + direction * by;
    let asked = i128::from(by) * i128::from(WHOLE) / i128::from(of.max(1));
    let exact = asked * i128::from(of) == i128::from(by) * i128::from(WHOLE);
    ((0..=people).contains(&counted) && exact).then(|| Case {
        more,
        cells,
        counted,
        relative,
        asked: i64::try_from(asked).expect("a share"),
    })
}

#[test]
fn a_thousand_ties_and_near_ties_are_decided_exactly() {
    let mut draws = Draws(17);
    let (mut ties, mut beside, mut refused) = (0, 0, 0);
    while ties < 1_200 || beside < 1_200 {
        let Some(case) = tie(&mut draws) else { continue };
        let (better, edge) = case.crosswise();
        assert!(better == edge || better == -edge, "no tie: {case:?}");
        if ties < 1_200 {
            case.holds();
            ties += 1;
        }
        for up in [true, false] {
            if let Some(near) = case.beside(up).filter(|_| beside < 1_200) {
                near.holds();
                beside += 1;
                refused += i32::from(near.verdict(false) == 0);
            }
        }
    }
    // Near ties fall on both sides.
    assert!((100..1_100).contains(&refused), "{refused} of {beside}");
}

/// Three segments of 100 with 31, 30 and 30, where one in three is expected, and the same in one.
#[test]
fn segments_that_add_up_to_the_gate_pass_it() {
    for cells in [vec![(100, 3, 1); 3], vec![(300, 300, 100)]] {
        let case = Case { more: false, cells, counted: 91, relative: false, asked: 30_000_000 };
        assert_eq!((case.verdict(false), case.verdict(true)), (1, 0));
        case.holds();
    }
}

/// A baseline that follows the results: a third of a person is not lost from one year to the next.
#[test]
fn a_moved_baseline_is_exact() {
    let mut text = head(2, &["a"], "nearest penny, half up");
    text += "[outcome.r]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"50 %\"\nratchet = \"50 %\"\n";
    for (name, gate) in [("least", "improves_by_at_least"), ("more", "improves_by_more_than")] {
        text += &format!(
            "[pay.{name}]\nclause = \"tariff\"\noutcome = \"r\"\nper = \"person\"\nreward = \"£1\"\ngate = {{ {gate} = \"1 percentage point\" }}\n"
        );
    }
    let scheme = sound(&opened(&[("scheme.toml", &text)]));
    let mut tally = Tally::empty(&scheme, 0, vec![0, 1]);
    // 1 of 300 better in the first year moves the bar of 600 in the second by exactly 1; 7 better are then 6, one point.
    (tally.people, tally.counts[0]) = (vec![300, 600], vec![151, 307]);
    let (_, paid) = statement(&scheme, &tally);
    assert_eq!((paid.clause(0), paid.clause(1)), (Pence(600), Pence(0)));
}

/// A twelfth of a yearly fee is a twelfth, whatever its size.
#[test]
fn a_month_of_a_yearly_fee_is_a_twelfth() {
    let text = head(1, &["a"], "down to the penny")
        .replace("every = \"1 year\"", "every = \"1 month\"")
        .replace("ends = 2020-12-31", "ends = 2020-01-31")
        + "[outcome.r]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
           [pay.fee]\nclause = \"service fee\"\neach_year = \"£999,999,999.96\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &text)]));
    let (_, paid) = statement(&scheme, &Tally::empty(&scheme, 0, vec![0]));
    assert_eq!(paid.total(), Pence(8_333_333_333));
}
