//! Crates of other people are named only where the plan says so, and `deny.toml` says the same.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::plan::{OUTSIDERS, Outsider};
use super::walls::Used;
use super::{assert_none, tree};

fn named_beside_the_plan(outsiders: &[Outsider], manifests: &[(String, Table)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, manifest) in manifests {
        let used = Used::by(manifest);
        let name = name.as_str();
        for outsider in outsiders {
            let may_use = outsider.users.contains(&name);
            let may_test = may_use || outsider.testers.contains(&name);
            // Nothing in the package of these tests is shipped.
            let may_ship = may_use || (may_test && name == "tests");
            if used.shipped.contains(outsider.name) && !may_ship {
                complaints.push(format!("{name} may not name {}", outsider.name));
            }
            if used.for_tests.contains(outsider.name) && !may_test {
                complaints.push(format!("{name} may not name {} in its tests", outsider.name));
            }
        }
    }
    complaints
}

fn differences_from_deny(outsiders: &[Outsider], deny: &Table) -> Vec<String> {
    let denied = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    let denied: Vec<_> = denied.into_iter().flatten().map(wrappers_of).collect();
    let mut complaints = Vec::new();
    for outsider in outsiders {
        let ours = outsider.users.iter().chain(outsider.testers);
        let mut planned: BTreeSet<String> = ours.map(|name| format!("indelible-{name}")).collect();
        planned.extend(outsider.brought_by.iter().map(ToString::to_string));
        match denied.iter().find(|(name, _)| *name == outsider.name) {
            None => complaints.push(format!("deny.toml lets anybody name {}", outsider.name)),
            Some((_, wrappers)) if *wrappers != planned => complaints.push(format!(
                "deny.toml lets {wrappers:?} name {}, the plan {planned:?}",
                outsider.name
            )),
            Some(_) => {}
        }
    }
    for (name, _) in &denied {
        if !outsiders.iter().any(|outsider| outsider.name == *name) {
            complaints.push(format!("deny.toml denies {name}, of which the plan says nothing"));
        }
    }
    complaints
}

fn wrappers_of(denied: &Value) -> (&str, BTreeSet<String>) {
    let name = denied.get("name").and_then(Value::as_str).unwrap_or_default();
    let wrappers = denied.get("wrappers").and_then(Value::as_array);
    let names = wrappers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    (name, names.collect())
}

#[test]
fn crates_of_other_people_are_named_where_the_plan_says() {
    assert_none(&named_beside_the_plan(OUTSIDERS, &tree::manifests()));
}

#[test]
fn deny_toml_says_what_the_plan_says() {
    assert_none(&differences_from_deny(OUTSIDERS, &tree::table("deny.toml")));
}

#[cfg(test)]
mod planted {
    use super::*;

    const ONE: &[Outsider] = &[Outsider {
        name: "rs_merkle",
        users: &["record"],
        testers: &["merkle", "tests"],
        brought_by: &["friend"],
    }];

    fn complaints(crate_name: &str, section: &str) -> Vec<String> {
        let manifest = format!("[{section}]\nrs_merkle = \"1\"").parse().unwrap();
        named_beside_the_plan(ONE, &[(crate_name.to_owned(), manifest)])
    }

    #[test]
    fn who_may_name_it_is_not_complained_of() {
        assert!(complaints("record", "dependencies").is_empty());
        assert!(complaints("record", "dev-dependencies").is_empty());
        assert!(complaints("merkle", "dev-dependencies").is_empty());
        assert!(complaints("tests", "dependencies").is_empty());
    }

    #[test]
    fn who_may_not_is_found() {
        assert_eq!(complaints("merkle", "dependencies"), ["merkle may not name rs_merkle"]);
        assert_eq!(complaints("merkle", "build-dependencies"), ["merkle may not name rs_merkle"]);
        assert_eq!(
            complaints("disk", "dev-dependencies"),
            ["disk may not name rs_merkle in its tests"]
        );
    }

    fn differences(deny: &str) -> Vec<String> {
        differences_from_deny(ONE, &format!("[bans]\ndeny = [{deny}]").parse().unwrap())
    }

    #[test]
    fn the_same_in_any_order_is_no_difference() {
        let same = r#"{ name = "rs_merkle", wrappers =
            ["friend", "indelible-tests", "indelible-merkle", "indelible-record"] }"#;
        assert!(differences(same).is_empty());
    }

    #[test]
    fn every_difference_is_found() {
        assert_eq!(differences(""), ["deny.toml lets anybody name rs_merkle"]);
        assert_eq!(differences_from_deny(ONE, &Table::new()).len(), 1);
        let fewer = r#"{ name = "rs_merkle", wrappers = ["indelible-merkle"] }"#;
        assert_eq!(differences(fewer).len(), 1);
        let other = r#"{ name = "openssl" }"#;
        assert_eq!(
            differences(other),
            [
                "deny.toml lets anybody name rs_merkle",
                "deny.toml denies openssl, of which the plan says nothing"
            ]
        );
    }
}
