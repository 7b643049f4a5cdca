//! Large tables within bounded work.

use disclosure::protection::ProtectionTask;
use disclosure::rules::DisclosurePolicy;
use disclosure::secondary::{SearchLimits, suppress};
use disclosure::system::LinearSystem;

use crate::oracle::{Draws, counts, dimension, mixed};

/// 50 rows and 50 columns. The time is printed and not asserted: the work is bounded instead.
#[test]
fn a_table_of_fifty_by_fifty_is_protected() {
    for at in 0..3 {
        let values = mixed(&mut Draws::new(at), 2_500, 200);
        let system = LinearSystem::of(&[counts("all", vec![dimension("a", 50), dimension("b", 50)], &values)]).expect("a system");
        let begun = std::time::Instant::now();
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
        let hidden = found.also_hidden.iter().filter(|hidden| **hidden).count();
        println!("50 x 50: {} sensitive, {hidden} also hidden, {:?}", task.sensitive.len(), begun.elapsed());
    }
    let mut values: Vec<i64> = vec![0; 2_500];
    let mut draws = Draws::new(99);
    values.iter_mut().for_each(|value| *value = draws.between(10, 400));
    (0..60).for_each(|_| values[draws.between(0, 2_499) as usize] = draws.between(1, 9));
    let system = LinearSystem::of(&[counts("all", vec![dimension("a", 50), dimension("b", 50)], &values)]).expect("a system");
    let begun = std::time::Instant::now();
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
    let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
    let hidden = found.also_hidden.iter().filter(|hidden| **hidden).count();
    println!("50 x 50, few small: {} sensitive, {hidden} also hidden, {:?}", task.sensitive.len(), begun.elapsed());
}
