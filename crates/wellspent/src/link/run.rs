//! One linkage from the configuration to persons: reads the tables that it names, links them, and works out the evidence that
//! holds each person together.

use std::collections::BTreeMap;

use anyhow::bail;
use linkage::blocking::AllowedPairs;
use linkage::finished_linkage::{Linkage, check_usable, data_notes, evaluated};
use linkage::standard_comparisons::standard_comparisons;
use linkage::{LinkageOptions, blocking_rules, source_tables};
use records::fault::Grade;

use super::config::Config;

use crate::error::Error;
use base::english::counted;

/// The most records of which every pair is compared: 12 million pairs.
const MOST_OF_ALL_PAIRS: usize = 5_000;

/// Rows that are listed of those that are left out.
const SHOWN: usize = 10;

/// Reads and links: the linkage, and warnings about what was read.
pub(crate) fn run(config: &Config) -> anyhow::Result<(Linkage, Vec<String>)> {
    let mut warnings = Vec::new();
    let mut read = config.tables()?;
    warnings.append(&mut read.warnings);
    let (notes, out): (Vec<_>, Vec<_>) = read.faults.iter().partition(|(_, fault)| fault.grade == Grade::Warning);
    for (file, fault) in notes.iter().take(SHOWN).copied().chain(out.iter().take(SHOWN).copied()) {
        let place = if fault.place > 0 { format!(", row {}", fault.place) } else { String::new() };
        let column = if fault.column.is_empty() { String::new() } else { format!(" `{}`:", fault.column) };
        let found = fault.value.as_ref().map_or(String::new(), |found| format!(" ({found})"));
        let end = if fault.grade == Grade::Warning { "" } else { "; the row is left out" };
        warnings.push(format!("{file}{place}:{column} {}{found}{end}", fault.what));
    }
    if notes.len() > SHOWN {
        warnings.push(format!("and {} like these", counted((notes.len() - SHOWN) as u64, "more warning", "more warnings")));
    }
    if out.len() > SHOWN {
        warnings.push(format!("{} are left out in all", counted(out.len(), "row", "rows")));
    }
    let within: BTreeMap<String, bool> = config.tables.iter().map(|table| (table.name.clone(), table.twice)).collect();
    let records = source_tables::combine(&config.fields, &config.split, std::mem::take(&mut read.tables));
    let may = |name: &String| within.get(name).copied().unwrap_or(true) && config.model.as_ref().is_none_or(|model| model.within);
    let allowed = AllowedPairs { within: records.agencies.iter().map(may).collect() };
    let (mut decided, odd) = config.decisions.decided(&records)?;
    for odd in odd {
        warnings.push(odd.to_string());
    }
    // An agency's own id stands for one person: rows that share one are further rows of the same record.
    decided.must.extend(records.further_rows().iter().map(|at| (at - 1, *at)));
    for told in data_notes(&records) {
        warnings.push(told);
    }
    let earlier = config.decisions.earlier(&records)?;
    let match_threshold = config.join.unwrap_or(0.0);
    let options = LinkageOptions { allowed, decisions: decided, earlier, match_threshold, ..LinkageOptions::default() };
    let cannot = options.decisions.cannot.clone();
    let linked = match &config.model {
        Some(read) if read.model.rules.is_empty() => bail!("the model has no rules, so no two records would be compared"),
        Some(read) if read.model.rules.iter().any(|rule| rule.same.is_empty()) && records.len() > MOST_OF_ALL_PAIRS => {
            bail!(Error::failed(
                format!(
                    "the model compares every record with every other, which is done for at most {MOST_OF_ALL_PAIRS} records, \
                     and there are {}",
                    records.len()
                ),
                "say in the configuration which records are compared, such as\n\n    rules = [\"l.pnc = r.pnc\", \"l.surname = \
                 r.surname AND l.dob = r.dob\"]"
            ))
        }
        Some(read) => {
            let largest_block = if read.all_pairs { usize::MAX } else { options.largest_block };
            check_usable(&read.model, &records)?;
            let model = config.decisions.with_twins(read.model.clone(), &config.fields, match_threshold);
            linkage::link(&records, &model, &LinkageOptions { largest_block, ..options })
        }
        None => {
            let (mut model, hints) = standard_comparisons(&config.fields);
            if let Some(names) = &config.nicknames {
                model.set_nicknames(names);
            }
            blocking_rules::add_candidates(&mut model, &config.fields);
            linkage::learn_and_link(
                &records,
                &config.decisions.with_twins(model, &config.fields, match_threshold),
                &hints,
                &options,
            )
        }
    };
    let linked = linked?;
    let (evaluation, by_group) = evaluated(&linked.person, &records, &read.truth, &read.group);
    let linkage = Linkage {
        purpose: config.purpose.clone(),
        basis: config.basis.clone(),
        records,
        linked,
        match_threshold,
        cannot,
        evaluation,
        by_group,
    };
    Ok((linkage, warnings))
}
