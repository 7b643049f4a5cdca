//! Outcomes measured from a folder of records: what `measure`, `pay`, `why` and `claims` begin with.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use contract::Scheme;
use outcomes::doubts::Doubts;
use outcomes::effect::SetAside;
use outcomes::{Days, Measured};
use records::batch::Batch;
use records::gate::quality::{self, Accepted, Quality};
use records::{Need, Records};

use crate::doubts;
use crate::gate::{self, Loaded, Wanted};

/// Records, and what became of everyone.
pub struct Live {
    pub folder: PathBuf,
    /// The folders with tables: the folder itself, or those of its agencies.
    pub folders: Vec<PathBuf>,
    /// The ids of the table of providers, where there is one.
    pub providers: Option<Vec<String>>,
    /// Claims, where they were asked for and are there; of agencies, under the persons they are about.
    pub claims: Option<Vec<Batch>>,
    pub records: Records,
    pub measured: Measured,
    /// What there is to say of the records.
    pub quality: Quality,
    /// Rows that cannot be used, and with which the sum may change.
    pub set_aside: SetAside,
    /// What else is worth knowing of this reading.
    pub notes: Vec<String>,
}

/// Which records the rules of a scheme ask for.
pub fn need(scheme: &Scheme) -> anyhow::Result<Need> {
    outcomes::need(scheme).map_err(|without| {
        anyhow!(
            "the scheme does not say how to measure {}\n\nhint: add [outcome.{}.measured] with its rule; docs/outcomes.md has them all",
            without.join(", "),
            without[0]
        )
    })
}

/// Reads what a scheme's rules ask for through the gate, and measures. `tables` are wanted whole besides.
pub fn live(
    scheme: &Scheme,
    folder: &Path,
    days: Days,
    tables: &[&'static str],
    accepted: Option<Accepted>,
) -> anyhow::Result<Live> {
    let wanted = Wanted { need: Some(need(scheme)?), scheme: Some(scheme), tables };
    let mut loaded = gate::load(folder, &wanted)?;
    loaded.judge(accepted.clone())?;
    let (as_at, known_at) = days.days();
    let measured = outcomes::measure(scheme, &loaded.records, as_at, known_at);
    if measured.doubts != Doubts::default() {
        let Loaded { files, records, findings, quality, .. } = &mut loaded;
        doubts::add(files, records, &measured, findings, quality)?;
        loaded.quality.findings = quality::findings(&loaded.findings);
        loaded.judge(accepted)?;
    }
    let set_aside = gate::set_aside(&loaded.findings);
    let Loaded { folder, files, providers, records, mut tables, mut quality, policy, .. } = loaded;
    quality.copies = doubts::copies(&measured);
    if quality.copies.is_some() || measured.doubts.starts > 0 {
        let found = gate::copies(&files, &records, &policy, &quality, measured.doubts.starts)?;
        quality.findings.extend(quality::findings(&found));
    }
    let (folders, claims) = (vec![folder.clone()], tables.remove("claims"));
    Ok(Live { folder, folders, providers, claims, records, measured, quality, set_aside, notes: Vec::new() })
}
