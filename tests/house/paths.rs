//! The modules that a source file declares, and the paths in it that lead to modules of its crate.
//!
//! What stands under `#[cfg(test)]` is left out: tests may look wherever they like.

use super::tokens::{Token, tokens};

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Of `mod name;`
    pub(crate) children: Vec<String>,
    /// From the crate's root, whether written with `crate`, `self`, `super` or a child's name.
    pub(crate) paths: Vec<Vec<String>>,
}

/// Reads the file of the module `module`, which is empty for the crate's root.
pub(crate) fn scan(module: &[String], text: &str) -> Scan {
    let tokens = without_tests(&tokens(text));
    let children = children_in(&tokens);
    let mut reader = Reader { tokens: &tokens, at: 0, children: &children, paths: Vec::new() };
    let mut here = vec![module.to_vec()];
    // For each block that is open: whether it is a module's.
    let mut blocks = Vec::new();
    while let Some(token) = reader.peek(0) {
        let inline =
            (token.name() == Some("mod") && reader.is_mark(2, '{')).then(|| reader.name(1));
        let current = here.last().cloned().unwrap_or_default();
        if let Some(Some(name)) = inline {
            here.push([current, vec![name]].concat());
            blocks.push(true);
            reader.at += 3;
        } else if let Some(base) = reader.base_of_path(&current) {
            reader.read_path_from(base);
        } else {
            if token.is('{') {
                blocks.push(false);
            } else if token.is('}') && blocks.pop() == Some(true) {
                here.pop();
            }
            reader.at += 1;
        }
    }
    Scan { paths: reader.paths, children }
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let for_tests = super::tokens::tokens("#[cfg(test)]");
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if tokens.get(at..).is_some_and(|rest| rest.starts_with(&for_tests)) {
            at += for_tests.len();
            at += length_of_item(tokens.get(at..).unwrap_or_default());
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }
    kept
}

/// Up to the semicolon or the closing brace that ends it. A brace that closes what is around it
/// ends it too, and is not part of it.
fn length_of_item(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{' | '(' | '[') => depth += 1,
            Token::Mark('}' | ')' | ']') if depth == 0 => return at,
            Token::Mark('}') if depth == 1 => return at + 1,
            Token::Mark('}' | ')' | ']') => depth -= 1,
            Token::Mark(';') if depth == 0 => return at + 1,
            Token::Mark(_) | Token::Name(_) | Token::Sep => {}
        }
    }
    tokens.len()
}

fn children_in(tokens: &[Token]) -> Vec<String> {
    let declared = tokens.windows(3).filter_map(|three| match three {
        [Token::Name(word), Token::Name(name), Token::Mark(';')] if word == "mod" => Some(name),
        _ => None,
    });
    declared.cloned().collect()
}

fn up_from(module: &[String]) -> Vec<String> {
    module.split_last().map_or_else(Vec::new, |(_, up)| up.to_vec())
}

enum Base {
    Here(Vec<String>),
    Elsewhere,
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    children: &'a [String],
    paths: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn name(&self, ahead: usize) -> Option<String> {
        self.peek(ahead).and_then(Token::name).map(str::to_owned)
    }

    fn is_mark(&self, ahead: usize, mark: char) -> bool {
        self.peek(ahead).is_some_and(|token| token.is(mark))
    }

    /// Where the path that starts here starts from: a module of this crate, or elsewhere.
    fn base_of_path(&self, current: &[String]) -> Option<Base> {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        if before == Some(&Token::Sep) || self.peek(1) != Some(&Token::Sep) {
            return None;
        }
        let first = self.peek(0)?.name()?;
        // `$crate` is for whoever calls the macro; `pub(in crate::a)` names who may look.
        if before.is_some_and(|token| token.is('$') || token.name() == Some("in")) {
            return Some(Base::Elsewhere);
        }
        Some(match first {
            "crate" => Base::Here(Vec::new()),
            "self" => Base::Here(current.to_vec()),
            "super" => Base::Here(up_from(current)),
            name if self.children.iter().any(|child| child == name) => {
                Base::Here([current, &[name.to_owned()]].concat())
            }
            _ => Base::Elsewhere,
        })
    }

    /// A path that starts elsewhere is read as well, so that nothing within its braces is taken for
    /// a start.
    fn read_path_from(&mut self, base: Base) {
        match base {
            Base::Here(base) => self.read_path(base),
            Base::Elsewhere => {
                let known = self.paths.len();
                self.read_path(Vec::new());
                self.paths.truncate(known);
            }
        }
    }

    /// From its first name on.
    fn read_path(&mut self, base: Vec<String>) {
        self.at += 1;
        let mut path = base;
        while self.peek(0) == Some(&Token::Sep) {
            self.at += 1;
            if self.is_mark(0, '{') {
                self.at += 1;
                self.read_group(&path);
                return;
            }
            match self.name(0) {
                Some(name) if name == "super" => drop(path.pop()),
                Some(name) => path.push(name),
                None => {
                    if self.is_mark(0, '*') {
                        self.at += 1;
                    }
                    // Else the brackets of a generic type, which are read on their own.
                    break;
                }
            }
            self.at += 1;
        }
        self.paths.push(path);
    }

    /// The rest of `{a, b::{c, d}, self}`.
    fn read_group(&mut self, base: &[String]) {
        while let Some(token) = self.peek(0) {
            if token.is('}') {
                self.at += 1;
                return;
            }
            match token.name().map(str::to_owned) {
                Some(name) if name == "self" => {
                    self.paths.push(base.to_vec());
                    self.at += 1;
                }
                Some(name) if name == "as" => self.at += 2,
                Some(name) => self.read_path([base, &[name]].concat()),
                None => {
                    if token.is('*') {
                        self.paths.push(base.to_vec());
                    }
                    self.at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scan;

    fn paths(text: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        scan(&module, text).paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn every_way_to_write_a_path_is_read() {
        assert_eq!(paths("use crate::hash::Hash;"), ["hash::Hash"]);
        assert_eq!(paths("use super::keys::Key;"), ["a::keys::Key"]);
        assert_eq!(paths("use super::super::x;"), ["x"]);
        assert_eq!(paths("use self::c::D;"), ["a::b::c::D"]);
        assert_eq!(paths("use super::*;"), ["a"]);
        assert_eq!(
            paths("fn f() -> crate::hash::Hash { super::g::<u8>() }"),
            ["hash::Hash", "a::g"]
        );
        assert_eq!(paths("mod c; pub use c::D; fn f() { c::g() }"), ["a::b::c::D", "a::b::c::g"]);
    }

    #[test]
    fn groups_are_read_one_by_one() {
        let text = "use crate::{hash::{self, Hash}, node::*, tile as t, Door};";
        assert_eq!(paths(text), ["hash", "hash::Hash", "node", "tile", "Door"]);
        assert_eq!(paths("use {crate::x::Y, std::io};"), ["x::Y"]);
    }

    #[test]
    fn what_leaves_the_crate_is_not_read() {
        assert!(
            paths("use std::io; use serde::{Deserialize, de}; let x = Self::new();").is_empty()
        );
        assert!(
            paths("pub(crate) fn f() {} pub(super) struct S; pub(in crate::a) mod x {}").is_empty()
        );
        assert!(paths("mod io; use std::io::Read; use tokio::{io::Write, net};").is_empty());
        assert_eq!(
            paths("fn f(x: Vec::<crate::x::Y>) -> std::io::Result<super::Z> {}"),
            ["x::Y", "a::Z"]
        );
        assert!(paths("macro_rules! m { () => { $crate::x::y() } }").is_empty());
    }

    #[test]
    fn what_is_for_tests_is_not_read() {
        let text = "#[cfg(test)] mod tests { use super::*; use crate::Door; } use crate::x::Y;";
        assert_eq!(paths(text), ["x::Y"]);
        assert_eq!(
            paths("#[cfg(test)] mod tests; #[cfg(test)] use crate::{a, b}; use crate::x;"),
            ["x"]
        );
        assert!(scan(&[], "#[cfg(test)]\nmod tests;").children.is_empty());
    }

    #[test]
    fn a_module_within_the_file_has_its_own_super() {
        let text = "mod inner { use super::X; fn f() { if true { super::y() } } } use super::Z;";
        assert_eq!(paths(text), ["a::b::X", "a::b::y", "a::Z"]);
    }

    #[test]
    fn children_are_those_with_files() {
        let found = scan(&[], "mod a; pub mod b; mod c { mod d; } pub(crate) mod e;").children;
        assert_eq!(found, ["a", "b", "d", "e"]);
    }
}
