//! Uprates money from one price year to another, with a price index that has a level for each year. The user chooses the index:
//! for example the GDP deflator for government spending, or another index for rents or wages.
//!
//! In the year *b*, an amount of the year *a* is amount × level of *b* ÷ level of *a*: one multiplication and one division of
//! whole numbers, rounded once. Levels are kept to the billionth. The year in which the level is 100 does not matter.

use crate::money::{Pence, Quantity, Rounding, WHOLE, quotient};
use crate::problem::Problem;
use crate::table::CsvTable;

/// The level of prices, year by year.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PriceIndex {
    /// Years as the index writes them ("2002/03"), in its order, and their levels.
    years: Vec<(String, Quantity)>,
}

/// A year for which the index has no level, and the nearest name among the years it has.
#[derive(Clone, Debug, PartialEq)]
pub struct UnknownYear {
    pub year: String,
    pub nearest: Option<String>,
}

impl std::fmt::Display for UnknownYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the index has no level for the year \"{}\"", self.year)?;
        self.nearest.as_ref().map_or(Ok(()), |nearest| write!(f, ". Did you mean {nearest}?"))
    }
}

impl PriceIndex {
    /// Reads a table whose first column names years and whose second holds their levels.
    pub fn read(table: &CsvTable, problems: &mut Vec<Problem>) -> PriceIndex {
        let mut index = PriceIndex::default();
        for row in table.rows.iter().filter(|row| row.len() > 1) {
            let (year, level) = (&row[0], &row[1]);
            let level_of = decimal(&level.text).filter(|level| level.0 > 0);
            if index.level(&year.text).is_ok() {
                let problem = table.problem(year.span, format!("the year {} appears twice", year.text));
                problems.push(problem.expected("each year once").fix("remove one of the two rows"));
            }
            match level_of {
                Some(level) => index.years.push((year.text.clone(), level)),
                None => problems.push(
                    table
                        .problem(level.span, "this is not a level of prices")
                        .read(&level.text)
                        .expected("a number above zero, such as 145.54")
                        .fix("write digits and a decimal point"),
                ),
            }
        }
        index
    }

    fn level(&self, year: &str) -> Result<i128, UnknownYear> {
        match self.years.iter().find(|(known, _)| known == year) {
            Some((_, level)) => Ok(level.0.into()),
            None => {
                let known = self.years.iter().map(|(year, _)| year.as_str());
                Err(UnknownYear { year: year.to_owned(), nearest: crate::problem::nearest(year, known).map(str::to_owned) })
            }
        }
    }

    /// An amount of money in billionths, rounded to the nearest billionth. This is for unit costs, which are multiplied later and
    /// rounded to the penny only then.
    pub fn uprate(&self, amount: Quantity, from: &str, to: &str) -> Result<Quantity, UnknownYear> {
        let (from, to) = (self.level(from)?, self.level(to)?);
        Ok(Quantity(quotient(i128::from(amount.0) * to, from, Rounding::HalfUp)))
    }

    /// A sum of money in whole pence, rounded once by the rule stated.
    pub fn uprate_pence(&self, amount: Pence, from: &str, to: &str, rounding: Rounding) -> Result<Pence, UnknownYear> {
        let (from, to) = (self.level(from)?, self.level(to)?);
        Ok(Pence(quotient(i128::from(amount.0) * to, from, rounding)))
    }
}

/// A decimal number of any length, rounded to billionths; `None` for any other text, or a number that does not fit.
#[must_use]
pub fn decimal(text: &str) -> Option<Quantity> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || digits.ends_with('.') || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let nine = format!("{part:0<9}");
    let up = i64::from(nine.as_bytes().get(9).is_some_and(|byte| *byte >= b'5'));
    let billionths = whole.parse::<i64>().ok()? * WHOLE + nine[..9].parse::<i64>().ok()? + up;
    Some(Quantity(sign * billionths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn index(text: &str) -> (PriceIndex, Vec<Problem>) {
        let mut problems = Vec::new();
        let table = CsvTable::parse(&SourceFile { name: "index.csv".into(), text: text.into() }, &mut problems);
        (PriceIndex::read(&table, &mut problems), problems)
    }

    /// Anti-social behaviour, £500 in 2002/03 (GMCA unit cost CR1.0), by the index of the same workbook.
    #[test]
    fn an_uprated_unit_cost_agrees_with_the_workbook() {
        let (index, problems) = index("year,level\n2002/03,145.54412602660028\n2015/16,195.9696985671229\n");
        assert_eq!(problems, []);
        let uprated = index.uprate(Quantity::whole(500), "2002/03", "2015/16");
        // The workbook has 673.2312183155595. The last digits differ because levels are kept to the billionth.
        assert_eq!(uprated, Ok(Quantity(673_231_218_313)));
        assert_eq!(index.uprate_pence(Pence(50_000), "2002/03", "2015/16", Rounding::HalfUp), Ok(Pence(67_323)));
        assert_eq!(index.uprate_pence(Pence(50_001), "2002/03", "2015/16", Rounding::Down), Ok(Pence(67_324)));
        assert_eq!(index.uprate(Quantity(-7), "2015/16", "2015/16"), Ok(Quantity(-7)), "the same year changes nothing");
        let unknown = index.uprate(Quantity(1), "2002/3", "2015/16").expect_err("no such year").to_string();
        assert_eq!(unknown, "the index has no level for the year \"2002/3\". Did you mean 2002/03?");
    }

    #[test]
    fn mistakes_in_an_index_are_reported() {
        let (_, problems) = index("year,level\n2002/03,0\n2003/04,a lot\n2004/05,100\n2004/05,101\n");
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn decimals_of_any_length_are_rounded_to_billionths() {
        assert_eq!(decimal("145.54412602660028"), Some(Quantity(145_544_126_027)));
        assert_eq!(decimal("-0.9999999995"), Some(Quantity(-WHOLE)));
        assert_eq!(decimal("7"), Some(Quantity::whole(7)));
        for other in ["", ".", "1.", "-", "1e3", "1,000", "£7", "9999999999", "1.2.3"] {
            assert_eq!(decimal(other), None, "{other}");
        }
    }
}
