//! Long times without a result, as findings: a file that was cut between two rows looks whole.

use std::collections::BTreeSet;

use base::day::date;
use contract::terms::date_words;
use outcomes::places::SilentPlace;
use outcomes::silence::Silence;
use records::fault::Fault;
use records::gate::findings::Findings;

use crate::doubted::Doubted;

/// Adds a finding for each silence, unless the agency states how many rows of the kind there are: the gate compares that with the rows.
pub(crate) fn add(doubted: &Doubted<'_>, silences: &[Silence], findings: &mut Findings) -> anyhow::Result<()> {
    if silences.is_empty() {
        return Ok(());
    }
    let counted = counted_kinds(doubted)?;
    for silence in silences {
        let (table, kinds) = &silence.facts;
        let is_counted = |kind: &str| counted.contains(&((*table).to_owned(), kind.to_owned()));
        if !is_counted("") && !kinds.iter().all(|kind| is_counted(kind)) {
            findings.add("coverage", fault(doubted, silence), false, None);
        }
    }
    Ok(())
}

/// The tables and kinds of which an agency states how many rows there are. An empty kind stands for all kinds of the table.
pub(crate) fn counted_kinds(doubted: &Doubted<'_>) -> anyhow::Result<BTreeSet<(String, String)>> {
    let mut counted: BTreeSet<(String, String)> = BTreeSet::new();
    (doubted.again)("coverage", &mut |_, batch| {
        let text = |name, row| batch.text(batch.table.column(name), row);
        let with_count = (0..batch.rows()).filter(|row| !text("count", *row).is_empty());
        counted.extend(with_count.map(|row| (text("table", row), text("kind", row))));
    })?;
    Ok(counted)
}

/// Where something was found, after what it is; nothing for everywhere.
pub(crate) fn place_words(doubted: &Doubted<'_>, place: SilentPlace) -> String {
    match place {
        SilentPlace::Everywhere => String::new(),
        SilentPlace::Area(area) => format!(" in area {}", doubted.scheme.areas[area as usize]),
        SilentPlace::Served => " among those who are served".to_owned(),
        SilentPlace::Comparison => " in the comparison group".to_owned(),
        SilentPlace::Provider(provider) => format!(" with provider {}", doubted.records.providers.get(provider)),
    }
}

fn fault(doubted: &Doubted<'_>, silence: &Silence) -> Fault {
    let scheme = doubted.scheme;
    let place = place_words(doubted, silence.of);
    let (table, kinds) = &silence.facts;
    let found = format!(
        "{} to {}: no result of {}{place}; at the rate of other times about {:.0} were to be expected",
        date_words(date(silence.days.0)),
        date_words(date(silence.days.1)),
        scheme.outcomes[silence.outcome].name,
        silence.expected
    );
    let kind = kinds.first().map_or("", String::as_str);
    let fix = format!(
        "ask the agency, and supply the rows of these months. If there truly were none, let the agency state its count of all rows in the table coverage: \
         table {table}, kind {kind}, and count, people, said_by, said_on"
    );
    let fault = Fault::file(
        "for months nobody has a result that many had at other times: rows may be missing",
        "rows of all months",
        fix,
    )
    .warning();
    Fault { value: Some(found), ..fault }
}
