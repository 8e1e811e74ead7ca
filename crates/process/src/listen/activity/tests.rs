//! When a connection has taken too long, told by moments that are chosen, not waited for.

use super::*;

const LIMITS: ConnectionLimits = ConnectionLimits {
    connections_max: 1,
    header_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(60),
    body_pause_timeout: Duration::from_secs(10),
    body_timeout: Duration::from_secs(60),
    write_timeout: Duration::from_secs(30),
    request_timeout: Duration::from_secs(100),
    drain_timeout: Duration::from_secs(5),
    bodies_bytes_max: 1,
    http2_streams_max: 1,
};

/// A connection accepted so long ago that marks made now lie `age` seconds into its life.
fn aged(age: u64) -> Arc<Activity> {
    Arc::new(Activity::accepted_at(Instant::now() - Duration::from_secs(age)))
}

impl Activity {
    fn at(&self, seconds: u64) -> Verdict {
        // Half a second on, so that marks made "now" are within it.
        self.judge(self.accepted + Duration::from_millis(seconds * 1_000 + 500), &LIMITS)
    }

    fn is_well_at(&self, seconds: u64) -> bool {
        matches!(self.at(seconds), Verdict::Until(_))
    }
}

#[test]
fn a_silent_connection_has_the_time_of_a_header() {
    let activity = aged(0);
    assert!(activity.is_well_at(9));
    assert_eq!(activity.at(10), Verdict::Expired(Expiry::Header));
    // Trickling bytes buys nothing.
    activity.has_read();
    assert_eq!(activity.at(10), Verdict::Expired(Expiry::Header));
}

#[test]
fn after_a_request_a_connection_may_idle_for_longer() {
    let activity = aged(100);
    drop(activity.open(http::Version::HTTP_11));
    assert!(activity.is_well_at(100), "this is the first look");
    assert!(activity.is_well_at(159));
    assert_eq!(activity.at(160), Verdict::Expired(Expiry::Idle));
}

#[test]
fn idling_is_counted_anew_after_each_request() {
    let activity = aged(0);
    drop(activity.open(http::Version::HTTP_11));
    assert!(activity.is_well_at(1));
    drop(activity.open(http::Version::HTTP_11));
    assert!(activity.is_well_at(50));
    assert!(activity.is_well_at(109));
    assert_eq!(activity.at(110), Verdict::Expired(Expiry::Idle));
}

#[test]
fn the_header_of_a_later_request_has_its_time_from_its_first_byte() {
    let activity = aged(100);
    drop(activity.open(http::Version::HTTP_11));
    activity.has_read();
    assert!(activity.is_well_at(109));
    assert_eq!(activity.at(110), Verdict::Expired(Expiry::Header));
    let exchange = activity.open(http::Version::HTTP_11);
    assert!(activity.is_well_at(110));
    // What is read while a request is under way is its body.
    activity.has_read();
    drop(exchange);
    assert!(activity.is_well_at(110));
}

#[test]
fn pings_between_http2_requests_are_no_header() {
    let activity = aged(100);
    drop(activity.open(http::Version::HTTP_2));
    activity.has_read();
    assert!(activity.is_well_at(100));
    assert!(activity.is_well_at(159));
    assert_eq!(activity.at(160), Verdict::Expired(Expiry::Idle));
}

#[test]
fn a_busy_connection_is_not_idle() {
    let activity = aged(0);
    let _first = activity.open(http::Version::HTTP_11);
    assert!(activity.is_well_at(99));
}

#[test]
fn a_client_that_takes_nothing_is_overdue_and_one_that_takes_a_little_is_not() {
    let activity = aged(0);
    let _exchange = activity.open(http::Version::HTTP_11);
    activity.write_is_blocked();
    activity.write_is_blocked();
    assert!(activity.is_well_at(29));
    assert_eq!(activity.at(30), Verdict::Expired(Expiry::Write));
    activity.has_written();
    assert!(activity.is_well_at(31));
}

#[test]
fn a_request_ends_between_once_and_twice_its_limit() {
    let activity = aged(0);
    let exchange = activity.open(http::Version::HTTP_2);
    assert!(activity.is_well_at(100), "it may have begun a moment ago");
    assert!(activity.is_well_at(199));
    assert_eq!(activity.at(201), Verdict::Expired(Expiry::Request));
    drop(exchange);
    assert_ne!(activity.at(202), Verdict::Expired(Expiry::Request));
}

#[test]
fn younger_requests_do_not_hide_an_old_one() {
    let activity = aged(0);
    let _old = activity.open(http::Version::HTTP_2);
    for second in 1..200 {
        let young = activity.open(http::Version::HTTP_2);
        assert!(activity.is_well_at(second));
        drop(young);
    }
    assert_eq!(activity.at(201), Verdict::Expired(Expiry::Request));
}

#[test]
fn young_requests_in_any_number_are_well() {
    let activity = aged(0);
    let mut held = activity.open(http::Version::HTTP_2);
    for second in 1..=1_000 {
        assert!(activity.is_well_at(second), "second {second}");
        held = activity.open(http::Version::HTTP_2);
    }
    drop(held);
}

#[test]
fn the_next_look_is_never_after_a_limit_that_may_pass_before_it() {
    let activity = aged(100);
    let Verdict::Until(next) = activity.at(0) else { panic!("it has just begun") };
    assert!(next <= activity.accepted + Duration::from_secs(10));
    drop(activity.open(http::Version::HTTP_11));
    // Idle for 60 s, but a header that begins right after this look is due in 10.
    let Verdict::Until(next) = activity.at(101) else { panic!("it has just become idle") };
    assert!(next <= activity.accepted + Duration::from_millis(111_500));
}
