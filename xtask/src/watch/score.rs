//! What the flags of one folder count as, by rules that were fixed before any detector was run.
//!
//! On a planted folder a flag counts as found where it names the right risk or one of its close relatives, the right provider, and a
//! month in which the conduct has begun. Any other serious flag is wrong. On an honest folder every serious flag is a false alarm.

use super::calendar::MONTHS;
use super::conduct::{Planting, risk_key};
use super::flags::Flag;
use super::world::{Setting, provider_name};

/// How a watch did on one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderScore {
    /// Months from the first in which it could be known to the flag, at least 1.
    pub(crate) found_after: Option<usize>,
    /// Whether the planted risk itself was flagged, and not only a relative.
    pub(crate) is_exact: bool,
    /// Risks of serious flags about the right provider, or about nobody, that are neither the planted risk nor a relative, or that
    /// came before it began.
    pub(crate) wrong_risks: Vec<String>,
    /// Risks of serious flags about other providers.
    pub(crate) wrong_providers: Vec<String>,
    /// On an honest folder: the contract years in which a serious flag was first raised.
    pub(crate) alarm_years: [bool; MONTHS / 12],
}

impl FolderScore {
    pub(crate) fn of(setting: &Setting, flags: &[Flag]) -> FolderScore {
        let mut score = FolderScore::default();
        match setting.planting {
            Some(planting) => flags.iter().for_each(|flag| score.add_planted(setting, planting, flag)),
            None => flags.iter().filter(|flag| flag.is_serious).for_each(|flag| score.add_honest(flag)),
        }
        score
    }

    fn add_planted(&mut self, setting: &Setting, planting: Planting, flag: &Flag) {
        let (facts, risk) = (planting.conduct.facts(), risk_key(&flag.risk));
        let own = provider_name(setting.watched_provider());
        let is_right_provider = flag.provider.as_ref().is_some_and(|provider| *provider == own) || planting.is_everybodys();
        let is_own = risk == facts.risk;
        let is_right_risk = is_own || facts.relatives.contains(&risk.as_str());
        if is_right_provider && is_right_risk && flag.month >= planting.first_month() {
            let after = flag.month - planting.first_month() + 1;
            self.found_after = Some(self.found_after.map_or(after, |before| before.min(after)));
            self.is_exact |= is_own;
        } else if flag.is_serious {
            let is_about_another = flag.provider.as_ref().is_some_and(|provider| *provider != own);
            if is_about_another { &mut self.wrong_providers } else { &mut self.wrong_risks }.push(risk);
        }
    }

    fn add_honest(&mut self, flag: &Flag) {
        self.alarm_years[(flag.month / 12).min(MONTHS / 12 - 1)] = true;
        self.wrong_risks.push(risk_key(&flag.risk));
    }
}

#[cfg(test)]
mod tests {
    use super::super::conduct::{Conduct, Size};
    use super::super::folders::{honest, planted};
    use super::super::honest::Honest;
    use super::*;

    fn flag(risk: &str, provider: Option<usize>, month: usize, is_serious: bool) -> Flag {
        Flag { risk: risk.to_owned(), provider: provider.map(provider_name), month, is_serious }
    }

    #[test]
    fn a_flag_counts_by_its_risk_its_provider_and_its_month() {
        // Seed 7 with six providers looks at the second.
        let setting = planted(Conduct::CherryPicking, Size::Documented, 6, 40.0, 7);
        let of = |flags: &[Flag]| FolderScore::of(&setting, flags);
        let found = of(&[flag("Cherry-picking", Some(1), 14, false), flag("gate-keeping", Some(1), 13, true)]);
        assert_eq!((found.found_after, found.is_exact, found.wrong_risks.len()), (Some(2), true, 0));
        let relative = of(&[flag("gate keeping", Some(1), 13, true)]);
        assert_eq!((relative.found_after, relative.is_exact), (Some(2), false));
        let wrong = of(&[
            flag("cherry-picking", Some(2), 14, true),
            flag("cherry-picking", Some(1), 11, true),
            flag("cherry-picking", None, 14, true),
            flag("timing", Some(1), 20, true),
            flag("timing", Some(1), 20, false),
        ]);
        assert_eq!((wrong.found_after, wrong.wrong_risks.len(), wrong.wrong_providers.len()), (None, 3, 1));
    }

    #[test]
    fn what_happens_to_everybody_is_found_by_any_flag() {
        let setting = planted(Conduct::BaselineDrift, Size::Twice, 6, 40.0, 7);
        let score = FolderScore::of(&setting, &[flag("baseline drift", None, 20, true)]);
        assert_eq!((score.found_after, score.wrong_risks.len()), (Some(21), 0));
    }

    #[test]
    fn a_serious_flag_on_an_honest_folder_is_a_false_alarm_of_its_year() {
        let setting = honest(Honest::Plain, 40.0, 7);
        let score = FolderScore::of(&setting, &[flag("drift", Some(1), 12, true), flag("timing", None, 30, false)]);
        assert_eq!(score.alarm_years, [false, true, false]);
        assert_eq!(score.wrong_risks, ["drift"]);
    }
}
