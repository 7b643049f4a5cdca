//! debug
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut folder = scheme::source::Folder::new();
    for e in std::fs::read_dir(&dir).unwrap() { let p = e.unwrap().path(); let n = p.file_name().unwrap().to_string_lossy().into_owned(); if n.ends_with(".toml")||n.ends_with(".csv") { folder.insert(n, scheme::source::Bytes::Read(std::fs::read(&p).unwrap())); } }
    let opened = scheme::open(&folder);
    let checked = scheme::check(&opened);
    let scheme = checked.scheme.unwrap();
    let picks = scheme::Picks::new();
    let reader = scheme::Reader::new(&opened, &picks);
    let world = lab::world::read(&reader, &scheme).unwrap();
    let s = lab::stress::stress(&opened, &scheme, &world, lab::stress::Options{worlds:16,..Default::default()}, &|_,_|{});
    for c in &s.curves { println!("{} people {} breakeven {:?}", c.area, c.people, c.break_even);
        for p in &c.points { println!("  aim {:+.4} rate {:.4} spend {:>12.0} pay {:>12.0} [{:.0} {:.0}] profit {:>12.0} vs nothing {:>10.0} ± {:.0}", p.aim, p.rate, p.help_spend, p.payment.mean, p.payment_low, p.payment_high, p.profit, p.against_nothing.mean, 1.96*p.against_nothing.error); } }
    println!("{:?}", s.break_even); for c in &s.by_cost { println!("{:?}", c); }
    for p in &s.plays.whole { println!("{:?} spend {:.0} cost {:.0} pay {:.0} profit {:.0} results {:.0} nochance {:.0} rewards {:.0} ded {:.0} value {:.0} dead {:.3} effort {:?} outcomes {:?}", p.role, p.help_spend, p.cost, p.payment(), p.mean_profit(), engine::findings::mean(&p.results), p.results_without_chance, engine::findings::mean(&p.rewards), engine::findings::mean(&p.deductions), p.value, p.dead_margin, p.effort.iter().zip(&s.plays.segments).map(|(e,f)| (e/f.people).round()).collect::<Vec<_>>(), (0..p.outcomes.len()).map(|o| p.outcome(o).round()).collect::<Vec<_>>()); }
    println!("{:?}", s.plays.wrong_payment);
    for r in &s.reported { println!("{} {} {:?}\n   {:?}", r.finding.name, r.finding.present, r.finding.tests, r.finding.figures); }
}
