//! `Range` requests on what never changes (RFC 9110, section 14): one range of bytes, or the whole.

use std::ops::RangeInclusive;

use axum::http::{HeaderMap, header};

/// What a `Range` header asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Whole,
    /// First to last byte, both inside.
    Part(RangeInclusive<usize>),
    Unsatisfiable,
}

/// Reads `Range`, where `If-Range` lets it stand. Other units, several ranges and malformed ones
/// are ignored, as section 14.2 allows.
pub(super) fn wanted(request: &HeaderMap, tag: &str, length: usize) -> Wanted {
    let text = |name| request.get(name).and_then(|value| value.to_str().ok());
    // Strong comparison (section 13.1.5): a weak tag or a date never matches.
    let stands = request.get(header::IF_RANGE).is_none() || text(header::IF_RANGE) == Some(tag);
    let range = text(header::RANGE).and_then(|range| range.strip_prefix("bytes="));
    match range.filter(|_| stands).and_then(|range| part(range, length)) {
        None => Wanted::Whole,
        Some(part) if part.is_empty() || *part.start() >= length => Wanted::Unsatisfiable,
        Some(part) => Wanted::Part(part),
    }
}

/// `A-B`, `A-` or `-N` in a resource of `length` bytes. It may be empty or begin past the end.
fn part(range: &str, length: usize) -> Option<RangeInclusive<usize>> {
    let last = length.saturating_sub(1);
    match range.trim().split_once('-')? {
        ("", count) => match number(count)? {
            // No bytes at all, from past the end.
            0 => Some(length..=length),
            count => Some(length.saturating_sub(count)..=last),
        },
        (first, "") => Some(number(first)?..=last.max(number(first)?)),
        (first, end) => {
            let (first, end) = (number(first)?, number(end)?);
            (first <= end).then(|| first..=end.min(last.max(first)))
        }
    }
}

/// A decimal; one that does not fit is past every end.
fn number(text: &str) -> Option<usize> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TAG: &str = "\"a\"";

    fn of(range: &'static str, length: usize) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        wanted(&headers, TAG, length)
    }

    #[test]
    fn one_range_is_followed_and_ends_where_the_resource_does() {
        assert_eq!(of("bytes=0-0", 10), Wanted::Part(0..=0));
        assert_eq!(of("bytes=3-7", 10), Wanted::Part(3..=7));
        assert_eq!(of("bytes=3-700", 10), Wanted::Part(3..=9));
        assert_eq!(of("bytes=9-", 10), Wanted::Part(9..=9));
        assert_eq!(of("bytes=-4", 10), Wanted::Part(6..=9));
        assert_eq!(of("bytes=-400", 10), Wanted::Part(0..=9));
        assert_eq!(of("bytes=0-99999999999999999999999", 10), Wanted::Part(0..=9));
    }

    #[test]
    fn a_range_past_the_end_is_not_satisfiable() {
        for range in ["bytes=10-", "bytes=10-11", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(of(range, 10), Wanted::Unsatisfiable, "{range}");
        }
        assert_eq!(of("bytes=0-", 0), Wanted::Unsatisfiable);
        assert_eq!(of("bytes=-1", 0), Wanted::Unsatisfiable);
    }

    #[test]
    fn what_is_not_one_range_of_bytes_is_ignored() {
        let ignored = [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-3",
            "bytes=a-b",
            "bytes=1-2,4-5",
            "lines=1-2",
            "bytes=+1-2",
            "bytes=1--2",
        ];
        for range in ignored {
            assert_eq!(of(range, 10), Wanted::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_gives_the_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static("bytes=1-2"));
        for (tag, part) in [(TAG, true), ("W/\"a\"", false), ("\"b\"", false), ("\u{7f}", false)] {
            let Ok(tag) = HeaderValue::from_bytes(tag.as_bytes()) else { continue };
            headers.insert(header::IF_RANGE, tag);
            assert_eq!(wanted(&headers, TAG, 10) != Wanted::Whole, part);
        }
    }
}
