//! Crates use only what the plan lets them use, and the plan names every crate.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::plan::{HOUSE, Room};
use super::{assert_none, tree};

/// What a manifest brings in, by the section that says so.
pub(crate) struct Used {
    pub(crate) shipped: BTreeSet<String>,
    pub(crate) for_tests: BTreeSet<String>,
}

impl Used {
    /// Read from all the sections that a manifest may have, those for one platform included.
    pub(crate) fn by(manifest: &Table) -> Self {
        let mut used = Self { shipped: BTreeSet::new(), for_tests: BTreeSet::new() };
        used.take(manifest);
        let platforms = manifest.get("target").and_then(Value::as_table);
        for platform in platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table) {
            used.take(platform);
        }
        used
    }

    fn take(&mut self, sections: &Table) {
        self.shipped.extend(packages(sections, "dependencies"));
        self.shipped.extend(packages(sections, "build-dependencies"));
        self.for_tests.extend(packages(sections, "dev-dependencies"));
    }

    /// Ours, by their folders' names.
    pub(crate) fn ours(&self) -> BTreeSet<&str> {
        let all = self.shipped.iter().chain(&self.for_tests);
        all.filter_map(|package| package.strip_prefix("indelible-")).collect()
    }
}

/// A dependency may go by another name than its package's.
fn packages(sections: &Table, section: &str) -> Vec<String> {
    let dependencies = sections.get(section).and_then(Value::as_table);
    let package_of = |(name, how): (&String, &Value)| {
        how.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
    };
    dependencies.into_iter().flatten().map(package_of).collect()
}

/// Also what is only tested with: a test that needs an upper floor belongs into `tests/`.
fn arrows_beside_the_plan(house: &[Room], manifests: &[(String, Table)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, manifest) in manifests.iter().filter(|(name, _)| name != "tests") {
        let Some(room) = house.iter().find(|room| room.name == name) else {
            complaints.push(format!("crates/{name} is not in the plan"));
            continue;
        };
        let used = Used::by(manifest);
        for other in used.ours().into_iter().filter(|other| !room.may_use.contains(other)) {
            complaints.push(format!("crates/{name} may not depend on {other}"));
        }
        let package = manifest.get("package").and_then(|package| package.get("name"));
        if package.and_then(Value::as_str) != Some(&format!("indelible-{name}")) {
            complaints.push(format!("crates/{name} is not called indelible-{name}"));
        }
    }
    for room in house.iter().filter(|room| !manifests.iter().any(|(name, _)| name == room.name)) {
        complaints.push(format!("crates/{} is in the plan and not in the house", room.name));
    }
    complaints
}

fn arrows_that_point_up(house: &[Room]) -> Vec<String> {
    let mut complaints = Vec::new();
    for room in house {
        for other in room.may_use {
            match house.iter().find(|room| room.name == *other) {
                None => complaints.push(format!("{} may use {other}, which is nowhere", room.name)),
                Some(used) if used.floor >= room.floor => {
                    complaints.push(format!("{} may use {other}, which is not below", room.name));
                }
                Some(_) => {}
            }
        }
    }
    complaints
}

#[test]
fn crates_use_only_what_stands_below_them() {
    assert_none(&arrows_beside_the_plan(HOUSE, &tree::manifests()));
}

#[test]
fn every_arrow_of_the_plan_points_down() {
    assert_none(&arrows_that_point_up(HOUSE));
}

#[cfg(test)]
mod planted {
    use super::super::plan::{Docs, Nature};
    use super::*;

    const fn room(name: &'static str, floor: u8, may_use: &'static [&'static str]) -> Room {
        Room { name, floor, may_use, nature: Nature::Pure, docs: Docs::AsNeeded }
    }

    const TWO: &[Room] = &[room("disk", 1, &[]), room("merkle", 1, &[])];

    fn manifest(name: &str, rest: &str) -> (String, Table) {
        let text = format!("[package]\nname = \"indelible-{name}\"\n{rest}");
        (name.to_owned(), text.parse().unwrap())
    }

    fn complaints_about_merkle(rest: &str) -> Vec<String> {
        arrows_beside_the_plan(TWO, &[manifest("disk", ""), manifest("merkle", rest)])
    }

    #[test]
    fn an_arrow_beside_the_plan_is_found_in_every_section() {
        for section in [
            "[dependencies]\nindelible-disk.workspace = true",
            "[dev-dependencies]\nindelible-disk = { path = \"../disk\" }",
            "[build-dependencies]\nindelible-disk = \"1\"",
            "[dependencies]\nrows = { package = \"indelible-disk\", path = \"../disk\" }",
            "[target.'cfg(unix)'.dependencies]\nindelible-disk.workspace = true",
        ] {
            let complaints = complaints_about_merkle(section);
            assert_eq!(complaints, ["crates/merkle may not depend on disk"], "{section}");
        }
        assert!(complaints_about_merkle("[dependencies]\nsha2 = \"0.11\"").is_empty());
    }

    #[test]
    fn a_crate_outside_the_plan_and_one_only_in_it_are_found() {
        let complaints =
            arrows_beside_the_plan(TWO, &[manifest("disk", ""), manifest("attic", "")]);
        assert_eq!(
            complaints,
            [
                "crates/attic is not in the plan",
                "crates/merkle is in the plan and not in the house"
            ]
        );
    }

    #[test]
    fn a_package_under_a_foreign_name_is_found() {
        let (_, foreign) = manifest("disc", "");
        let complaints =
            arrows_beside_the_plan(TWO, &[("disk".to_owned(), foreign), manifest("merkle", "")]);
        assert_eq!(complaints, ["crates/disk is not called indelible-disk"]);
    }

    #[test]
    fn an_arrow_up_or_sideways_or_to_nowhere_is_found() {
        const BAD: &[Room] =
            &[room("a", 1, &["b", "c"]), room("b", 2, &["d"]), room("c", 1, &["c"])];
        assert_eq!(
            arrows_that_point_up(BAD),
            [
                "a may use b, which is not below",
                "a may use c, which is not below",
                "b may use d, which is nowhere",
                "c may use c, which is not below",
            ]
        );
    }
}
