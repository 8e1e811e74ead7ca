//! The house is what its plan says: walls between crates, doors, rooms without circles, clean text,
//! documents that name what is there.
//!
//! Each rule is a function from what it judges to a list of complaints. One test runs it over the
//! real house; others plant a fault each and see that it is found.

mod circles;
mod documents;
mod doors;
mod outside;
mod paths;
mod plan;
mod tokens;
mod top_level;
mod tree;
mod walls;
mod words;

/// A list of complaints is read by a person, one per line.
#[track_caller]
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}
