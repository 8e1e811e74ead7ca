//! Which time a cosignature states. It says that nothing larger was seen until then, so for one log
//! it never goes back, whatever the clock does.

use indelible_note::Timestamp;
use indelible_process::UnixMillis;

/// How far a clock may be behind what it showed before. Time servers step by less; a clock that is
/// further off was or is wrong, and what it shows must not be signed until somebody has looked.
pub(crate) const BEHIND_SECONDS_MAX: u64 = 60;

/// Why nothing can be dated at the moment. The machine's operator can mend it, the caller cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClockError {
    #[error("the clock shows the year 1970")]
    Unset,
    #[error("the clock shows {seconds} seconds since 1970, more than a cosignature can state")]
    Beyond { seconds: u64 },
    #[error(
        "the clock is {behind} seconds behind the last cosignature of this log, more than {BEHIND_SECONDS_MAX}"
    )]
    Behind { behind: u64 },
}

/// The time to sign with: what the clock shows or, where it has stepped back a little, the time that
/// was signed last. A statement for an earlier moment could contradict the one already made.
pub(crate) fn date(now: UnixMillis, last: Option<Timestamp>) -> Result<Timestamp, ClockError> {
    let seconds = now.seconds();
    let now = Timestamp::new(seconds).map_err(|_| ClockError::Beyond { seconds })?;
    // tlog-witness: "the timestamp MUST NOT be zero".
    if now == Timestamp::ZERO {
        return Err(ClockError::Unset);
    }
    let Some(last) = last.filter(|last| *last > now) else {
        return Ok(now);
    };
    match last.get().saturating_sub(now.get()) {
        0..=BEHIND_SECONDS_MAX => Ok(last),
        behind => Err(ClockError::Behind { behind }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(seconds).unwrap()
    }

    fn dated(now: u64, last: Option<u64>) -> Result<u64, ClockError> {
        date(UnixMillis::from_seconds(now), last.map(at)).map(Timestamp::get)
    }

    #[test]
    fn time_that_goes_on_is_what_the_clock_shows() {
        assert_eq!(dated(1_000, None), Ok(1_000));
        assert_eq!(dated(1_000, Some(999)), Ok(1_000));
        assert_eq!(dated(1_000, Some(1_000)), Ok(1_000));
        assert_eq!(date(UnixMillis::new(1_999), None), Ok(at(1)));
    }

    #[test]
    fn a_small_step_back_does_not_take_the_signed_time_back() {
        assert_eq!(dated(1_000, Some(1_001)), Ok(1_001));
        assert_eq!(dated(1_000, Some(1_060)), Ok(1_060));
    }

    #[test]
    fn a_large_step_back_is_not_signed_over() {
        assert_eq!(dated(1_000, Some(1_061)), Err(ClockError::Behind { behind: 61 }));
        let last = Timestamp::MAX.get();
        assert_eq!(dated(1, Some(last)), Err(ClockError::Behind { behind: last - 1 }));
    }

    #[test]
    fn a_clock_that_was_never_set_signs_nothing() {
        assert_eq!(dated(0, None), Err(ClockError::Unset));
        assert_eq!(date(UnixMillis::new(999), None), Err(ClockError::Unset));
        assert_eq!(dated(0, Some(5)), Err(ClockError::Unset));
    }
}
