//! Rust text as far as paths need it: names, `::` and punctuation, without comments and literals.

use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Name(String),
    /// `::`
    Sep,
    Mark(char),
}

impl Token {
    pub(crate) fn is(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }

    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Sep | Self::Mark(_) => None,
        }
    }
}

pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut rest = text.chars().peekable();
    let mut found = Vec::new();
    while let Some(first) = rest.next() {
        match first {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            '/' if rest.next_if_eq(&'*').is_some() => skip_block_comment(&mut rest),
            '"' => skip_string(&mut rest),
            '\'' => skip_char_or_lifetime(&mut rest),
            ':' if rest.next_if_eq(&':').is_some() => found.push(Token::Sep),
            c if c.is_alphabetic() || c == '_' => found.extend(name_or_literal(c, &mut rest)),
            c if c.is_ascii_digit() => while rest.next_if(|c| is_of_name(*c)).is_some() {},
            c if c.is_whitespace() => {}
            c => found.push(Token::Mark(c)),
        }
    }
    found
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// They nest.
fn skip_block_comment(rest: &mut Peekable<Chars<'_>>) {
    let mut depth = 1;
    while depth > 0 {
        match rest.next() {
            Some('/') if rest.next_if_eq(&'*').is_some() => depth += 1,
            Some('*') if rest.next_if_eq(&'/').is_some() => depth -= 1,
            Some(_) => {}
            None => return,
        }
    }
}

fn skip_string(rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '"' => return,
            _ => {}
        }
    }
}

/// Ends at a quote that is followed by as many `#` as it began with.
fn skip_raw_string(hashes: usize, rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next() {
        if c == '"' && (0..hashes).all(|_| rest.next_if_eq(&'#').is_some()) {
            return;
        }
    }
}

fn skip_char_or_lifetime(rest: &mut Peekable<Chars<'_>>) {
    let Some(first) = rest.next() else { return };
    if first == '\\' {
        rest.next();
        while rest.next().is_some_and(|c| c != '\'') {}
    } else if rest.next_if_eq(&'\'').is_none() {
        while rest.next_if(|c| is_of_name(*c)).is_some() {}
    }
}

/// `r`, `b` and `c` may begin a literal, and `r#` also a name that is otherwise a keyword.
fn name_or_literal(first: char, rest: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let mut name = String::from(first);
    while let Some(c) = rest.next_if(|c| is_of_name(*c)) {
        name.push(c);
    }
    if matches!(name.as_str(), "r" | "br" | "cr") {
        let mut hashes = 0;
        while rest.next_if_eq(&'#').is_some() {
            hashes += 1;
        }
        if rest.next_if_eq(&'"').is_some() {
            skip_raw_string(hashes, rest);
            return None;
        }
        if hashes > 0 {
            let first = rest.next()?;
            return name_or_literal(first, rest);
        }
    }
    if matches!(name.as_str(), "b" | "c") && rest.next_if_eq(&'"').is_some() {
        skip_string(rest);
        return None;
    }
    Some(Token::Name(name))
}

#[test]
fn names_and_marks_are_kept_and_all_else_is_left_out() {
    let text = r##"
        //! crate::comment
        /* crate::a /* nested */ crate::b */
        use r#type::B; let s = "crate::c \" crate::d"; let r = r#"crate::e " "#;
        let c = '"'; let d = '\''; let l: &'a str = b"crate::f"; let n = 0x1f_u8;
    "##;
    let said: Vec<String> = tokens(text)
        .into_iter()
        .map(|token| match token {
            Token::Name(name) => name,
            Token::Sep => "::".to_owned(),
            Token::Mark(mark) => mark.to_string(),
        })
        .collect();
    let expected = "use type :: B ; let s = ; let r = ; \
        let c = ; let d = ; let l : & str = ; let n = ;";
    assert_eq!(said.join(" "), expected);
}
